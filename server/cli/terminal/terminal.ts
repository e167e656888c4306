import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
type Output = NodeJS.WriteStream;

/** Controls but for tab and line feed; and marks that turn the direction of text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** What `paint` adds, before any of them. */
const STYLES_OR_CONTROLS = new RegExp(`\u001b\\[[0-9;]*m|${CONTROLS.source}`, 'g');

/** A result: a line, or several, on standard output. */
export function printLine(text = ''): void {
  process.stdout.write(`${harmless(process.stdout, text)}\n`);
}

/** A result as JSON, indented by two blanks. Control characters are written as escapes. */
export function printJson(value: unknown): void {
  process.stdout.write(`${escapeControls(JSON.stringify(value, null, 2))}\n`);
}

/** The same on one line. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${escapeControls(JSON.stringify(value))}\n`);
}

/** What is said beside the result, on standard error. */
export function printNote(text: string): void {
  process.stderr.write(`${harmless(process.stderr, text)}\n`);
}

/** What the user should know although the command goes on, on standard error. */
export function printWarning(text: string): void {
  printNote(`${paint(process.stderr, 'yellow', 'warning:')} ${plainText(text)}`);
}

/** Styles a text for a stream: only where it is a terminal, and NO_COLOR is not set (https://no-color.org). */
export function paint(stream: Output, style: Style, text: string): string {
  return hasStyles(stream) ? styleText(style, text, { validateStream: false }) : text;
}

/** Text from files, pictures' names or other machines on one line, without what a terminal would obey. */
export function plainText(text: string): string {
  return text.replace(/[\t\n]/g, '?').replace(CONTROLS, '?');
}

/** The same of a text that may have several lines. */
export function plainLines(text: string): string {
  return text.replace(CONTROLS, '?');
}

/** Names of files, messages of other machines and the like can be part of any text: a terminal obeys our styles only. */
function harmless(stream: Output, text: string): string {
  if (!hasStyles(stream)) return plainLines(text);
  return text.replace(STYLES_OR_CONTROLS, (found) => (found.length > 1 ? found : '?'));
}

function hasStyles(stream: Output): boolean {
  return stream.isTTY && !process.env.NO_COLOR;
}

/** JSON has escapes of its own for the first 32 characters only. */
function escapeControls(json: string): string {
  return json.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
