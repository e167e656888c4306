export function readmeCommands(markdown: string, section: string): readonly string[];
