import type { Browser } from 'playwright-core';

export const HOW_TO_INSTALL: string;
export function findChromium(): string | null;
export function launchChromium(flags?: readonly string[]): Promise<Browser>;
