/**
 * Returns the shell commands of one section of a Markdown text: each fenced block of `sh`, as it stands there.
 * Throws where the section is missing or has no such block.
 */
export function readmeCommands(markdown, section) {
  const lines = markdown.split('\n');
  const start = lines.indexOf(`## ${section}`);
  if (start < 0) throw new Error(`the README has no section "${section}"`);
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
  const text = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
  const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block.trim());
  if (commands.length === 0) throw new Error(`the README's section "${section}" has no block of sh`);
  return commands;
}
