import { render } from 'preact';
import { App } from './components/app.js';
import { createSession } from './session.js';
import { INITIAL_STATE } from './state/dashboard-state.js';
import { reduce } from './state/reduce.js';
import { createStore } from './state/store.js';
import { createTokenStore } from './token-store.js';

const store = createStore(reduce, INITIAL_STATE);
const session = createSession({
  baseUrl: new URL('.', document.baseURI).href,
  store,
  tokens: createTokenStore(),
  now: () => new Date().toISOString(),
});

render(<App store={store} session={session} />, document.getElementById('dashboard')!);
session.start();
window.addEventListener('online', () => session.retryNow());
