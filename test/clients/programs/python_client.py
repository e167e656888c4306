"""Submits a picture with a client that openapi-python-client has made, and looks at what becomes of it."""

import json
import sys
import threading
from pathlib import Path

from deepthings_client import AuthenticatedClient
from deepthings_client.api.frames import get_frame, get_frame_image, list_frames, submit_frame
from deepthings_client.models import FrameChanged, FrameState, SubmitFrameFilesBody
from deepthings_client.types import File

address, token, picture = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=token, timeout=60)
told = {}
listening = threading.Event()


def listen():
    with client.get_httpx_client().stream("GET", "/events", params={"types": "frame"}) as stream:
        listening.set()
        for line in stream.iter_lines():
            if line.startswith("data: "):
                event = FrameChanged.from_dict({"id": "", "event": "frame", "data": json.loads(line[6:])})
                if event.data.state == FrameState.COMPLETE:
                    told["completed"] = event.data.id
                    return


listener = threading.Thread(target=listen)
listener.start()
listening.wait(10)
body = SubmitFrameFilesBody(image=File(payload=Path(picture).open("rb"), file_name="picture.jpg"))
frame = submit_frame.sync(client=client, body=body, wait=30)
page = list_frames.sync(client=client, state=[FrameState.COMPLETE, FrameState.FAILED], limit=5)
image = get_frame_image.sync_detailed(frame.id, client=client)
unknown = get_frame.sync("zz-1", client=client)
listener.join(30)
print(
    json.dumps(
        {
            "frame": frame.id,
            "state": frame.state,
            "listed": [one.id for one in page.frames],
            "pictureBytes": len(image.content),
            "completed": told.get("completed"),
            "refusedCode": unknown.code,
        }
    )
)
