import { CameraError } from '../camera-error.js';

interface SystemError extends Error {
  readonly code?: string;
  readonly errors?: readonly unknown[];
  readonly reason?: unknown;
}

const UNTRUSTED =
  /^(CERT_(REJECTED|SIGNATURE_FAILURE|UNTRUSTED)|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|INVALID_CA|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/;
const INSECURE = '--insecure takes any certificate';
const NO_TLS = /^(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST)$/;

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused): is the camera on, and the port right?',
  EHOSTUNREACH: 'the host cannot be reached: is the camera on, and in this network?',
  EHOSTDOWN: 'the host cannot be reached: is the camera on, and in this network?',
  ENETUNREACH: 'there is no way into its network from this machine',
  ENETDOWN: 'the network of this machine is down',
  ETIMEDOUT: 'the host does not answer: is the camera on, and the address right?',
  EADDRNOTAVAIL: 'that is no address to connect to',
  EACCES: 'this machine does not allow the connection',
  EPERM: 'this machine does not allow the connection: does a firewall forbid it?',
  ENOTFOUND: 'there is no host of that name: is it right? An IP address works without names',
  EAI_AGAIN: 'the name cannot be looked up now: is the name server reachable? An IP address works without it',
  EMFILE: 'this machine has no file left to open for a connection',
};

/** What ended a connection to a camera, and what to do, in place of a library's code. */
export function explainConnectionFailure(error: unknown): CameraError {
  if (error instanceof CameraError) return error;
  const { code = '', errors, message, reason } = error as SystemError;
  // Several addresses of one name were tried.
  if (errors?.[0] !== undefined) return explainConnectionFailure(errors[0]);
  const text =
    NETWORK[code] ?? tlsText(openSslCode(error as SystemError), String(reason ?? message)) ?? brokenText(code, message);
  return new CameraError('unreachable', text, { cause: error });
}

/** Where OpenSSL fails while a request waits to be written, only the message tells why: `...:SSL routines:f:dh key too small:...`. */
function openSslCode({ code = '', message }: SystemError): string {
  const words = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return words === undefined ? code : `ERR_SSL_${words.toUpperCase().replace(/\W+/g, '_')}`;
}

function tlsText(code: string, detail: string): string | null {
  if (UNTRUSTED.test(code)) {
    return `its certificate is signed by itself or by an authority that is not known here: name it with --camera-ca FILE (PEM), or ${INSECURE}`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${detail}): name that host, name the certificate itself with --camera-ca, or ${INSECURE}`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `its certificate has expired: give the camera a new one; ${INSECURE}`;
  if (code === 'CERT_NOT_YET_VALID') return `its certificate is not valid yet: are both clocks right? ${INSECURE}`;
  if (NO_TLS.test(code.replace('ERR_SSL_', ''))) return 'speaks http, not https: begin the address with http://';
  // Old protocols and short keys: `ERR_SSL_UNSUPPORTED_PROTOCOL`, `ERR_SSL_DH_KEY_TOO_SMALL`, a CA's `CA_MD_TOO_WEAK` ...
  if (!/^ERR_(SSL|TLS|OSSL)|_TOO_(SMALL|WEAK)$|^CERT_/.test(code)) return null;
  return `no TLS connection comes about (${code}): old cameras offer only what is forbidden by now; --insecure allows it`;
}

function brokenText(code: string, message: string): string {
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') {
    return `broke the connection off (${code}): it may be busy, or speak the other one of http and https`;
  }
  return `the connection failed: ${message}`;
}
