import { CommandLine } from './command-line.js';

/** The front door for programs, as it is typed on this cluster. */
export function CurlHint({ usesToken }: { usesToken: boolean }) {
  const url = new URL('frames?wait=30', document.baseURI).href;
  const header = usesToken ? '-H "authorization: Bearer $DEEPTHINGS_TOKEN" ' : '';
  return <CommandLine name="curl command" text={`curl ${header}-F image=@photo.jpg '${url}'`} />;
}
