import type { TokenStore } from './session.js';

const KEY = 'deepthings-token';

/** In the session's storage, or in memory only where the browser forbids that. */
export function createTokenStore(): TokenStore {
  let inMemory: string | undefined;
  return {
    read() {
      try {
        return sessionStorage.getItem(KEY) ?? inMemory;
      } catch {
        return inMemory;
      }
    },
    write(token) {
      inMemory = token;
      try {
        sessionStorage.setItem(KEY, token);
      } catch {
        // The token then lasts as long as the page.
      }
    },
  };
}
