import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { CODE_GROUPS } from '../../error-codes.js';
import { ERRORS_PATH } from '../problems/problem.js';
import { API_POLICY } from '../problems/security-headers.js';

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}' +
  'dt{font-weight:600;margin-top:1rem;scroll-margin-top:1rem}dd{margin:0}dt:target{outline:2px solid;outline-offset:4px}';

const POLICY = `${API_POLICY}; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** Serves the page that a problem's `type` leads to: what each code means and what to do, with the code as anchor. */
export function serveErrorsPage(app: FastifyInstance): void {
  let page: string | undefined;
  app.get(ERRORS_PATH, (_request, reply) => {
    page ??= errorsPage();
    return reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(page);
  });
}

function errorsPage(): string {
  const sections = CODE_GROUPS.map(({ title, about, codes }) => {
    const entries = Object.entries(codes).map(
      ([code, { meaning, remedy, status }]) =>
        `<dt id="${code}"><code>${code}</code>${statusText(status)}</dt><dd>${html(meaning)} ${html(remedy)}</dd>`,
    );
    return `<h2>${title}</h2><p>${html(about)}</p><dl>${entries.join('\n')}</dl>`;
  });
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>Error codes of DeepThings</title><style>${STYLE}</style></head><body><main><h1>Error codes</h1>\n` +
    `${sections.join('\n')}</main></body></html>\n`
  );
}

function statusText(status: number | readonly number[] | null): string {
  return status === null ? '' : ` (HTTP ${[status].flat().join(', ')})`;
}

/** A sentence of the catalogue, whose code is between backticks. */
function html(sentence: string): string {
  const escaped = sentence.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replace(/`([^`]+)`/g, '<code>$1</code>');
}
