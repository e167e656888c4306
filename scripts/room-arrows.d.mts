export function folderImports(files: Iterable<readonly [path: string, text: string]>): Map<string, Set<string>>;
export function productSources(root: string): Generator<readonly [path: string, text: string]>;
export function arrowLines(imports: ReadonlyMap<string, ReadonlySet<string>>): string[];
export function withArrows(page: string, imports: ReadonlyMap<string, ReadonlySet<string>>): string;
