/** More than a camera sets by far. */
const MOST_COOKIES = 30;
const MOST_BYTES = 4_096;

/** The cookies that cameras have set, by host; they last as long as the program. */
export class Cookies {
  readonly #hosts = new Map<string, Map<string, string>>();

  /** @param lines the Set-Cookie headers of the host's answer. */
  take(host: string, lines: readonly string[]): void {
    const cookies = this.#hosts.get(host) ?? new Map<string, string>();
    this.#hosts.set(host, cookies);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const [, name, value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      if (name === undefined || pair.length > MOST_BYTES) continue;
      cookies.delete(name);
      if (cookies.size < MOST_COOKIES && !attributes.some(isExpired)) cookies.set(name, value);
    }
  }

  /** @returns the value of the Cookie header; null when the host has set none. */
  header(host: string): string | null {
    const cookies = [...(this.#hosts.get(host) ?? [])];
    return cookies.length === 0 ? null : cookies.map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** By these a server takes a cookie back. A camera's clock is often wrong, so that other dates say nothing. */
function isExpired(attribute: string): boolean {
  return /^\s*(max-age\s*=\s*(0|-\d+)\s*|expires\s*=.*\b1970\b.*)$/i.test(attribute);
}
