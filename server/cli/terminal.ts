import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
type Output = NodeJS.WriteStream;

/** A result: a line, or several, on standard output. */
export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** What is said beside the result, on standard error. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Styles a text for a stream: only where it is a terminal, and nobody said NO_COLOR (https://no-color.org). */
export function paint(stream: Output, style: Style, text: string): string {
  return stream.isTTY && !process.env.NO_COLOR ? styleText(style, text, { validateStream: false }) : text;
}

/** Text from files, pictures' names or other machines, without what a terminal would obey. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
