import { useEffect, useRef, useState } from 'preact/hooks';
import { sentence } from '../../format.js';
import type { Picture } from '../../session.js';

const JPEG_QUALITY = 0.9;

type Camera = { readonly kind: 'asking' } | { readonly kind: 'on' } | { readonly kind: 'off'; readonly why: string };

/** Takes pictures from a camera of the machine that shows this page. */
export function Webcam({ onPicture }: { onPicture: (picture: Picture) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera>({ kind: 'asking' });

  useEffect(() => {
    let stream: MediaStream | null = null;
    let isGone = false;
    const open = async (): Promise<void> => {
      stream = await openCamera();
      if (isGone || video.current === null) return stopAll(stream);
      video.current.srcObject = stream;
      await video.current.play();
      setCamera({ kind: 'on' });
    };
    open().catch((error: unknown) => !isGone && setCamera({ kind: 'off', why: whyOff(error) }));
    return () => {
      isGone = true;
      stopAll(stream);
    };
  }, []);

  const take = async (): Promise<void> => {
    const blob = await grab(video.current!);
    if (blob !== null) onPicture({ name: `webcam ${new Date().toLocaleTimeString()}`, blob });
  };
  return (
    <div class="webcam">
      {camera.kind === 'off' ? (
        <p class="error">{camera.why}</p>
      ) : (
        <>
          {/* A camera's live picture has nothing to caption. */}
          <video ref={video} muted playsInline aria-label="What the webcam sees" />
          <button type="button" class="primary" disabled={camera.kind !== 'on'} onClick={() => void take()}>
            {camera.kind === 'on' ? 'Take the picture' : 'Asking for the camera…'}
          </button>
        </>
      )}
    </div>
  );
}

async function openCamera(): Promise<MediaStream> {
  // Browsers leave this out of pages that come unencrypted from another machine.
  if (navigator.mediaDevices === undefined) {
    throw new Error(
      'browsers give a camera only to pages from this machine itself or by https; open the page so, or submit a file',
    );
  }
  return navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } });
}

function stopAll(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

async function grab(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
}

function whyOff(error: unknown): string {
  if (error instanceof DOMException && error.name === 'NotAllowedError') {
    return 'The browser was told not to give this page the camera: allow it in the address bar, then open the webcam again.';
  }
  if (error instanceof DOMException && error.name === 'NotFoundError') return 'This machine has no camera.';
  return sentence(error instanceof Error ? error.message : String(error));
}
