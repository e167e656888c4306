import { CommandLine } from '../commands/command-line.js';

/** The command that starts a device. */
export function StartCommand({ device }: { device: string }) {
  return <CommandLine name={`start command of ${device}`} text={`npx deepthings edge ${device}`} />;
}
