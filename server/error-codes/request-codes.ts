/** What is refused because of the request: who sends it, where to, and its body. */
export const REQUEST_CODES = {
  DT_BODY_TOO_LARGE: {
    status: 413,
    meaning: 'The body is larger than the node accepts.',
    remedy: 'Send less; `limits` in `cluster.yaml` sets the bounds.',
  },
  DT_CERTIFICATE: {
    status: 403,
    meaning: "The client has no certificate of the cluster's authority.",
    remedy: "Connect with a certificate and key that `tls.ca`'s authority issued.",
  },
  DT_CONTENT_ENCODING: {
    status: 415,
    meaning: 'The body is compressed.',
    remedy: 'Send it without `Content-Encoding`.',
  },
  DT_DIGEST: { status: 422, meaning: 'The body was damaged on its way.', remedy: 'Send it again.' },
  DT_FORM: {
    status: [400, 422],
    meaning: 'The form is malformed (400), or has not just one file (422).',
    remedy: 'Send one picture in a form, or the picture itself as the body.',
  },
  DT_HOST: {
    status: 403,
    meaning: 'Without a token, a node answers to the names that `cluster.yaml` has, and to localhost.',
    remedy: 'Use one of these addresses.',
  },
  DT_IDEMPOTENCY_MISMATCH: {
    status: 422,
    meaning: 'Another picture was submitted with the same `Idempotency-Key`.',
    remedy: 'Use a key once for each picture.',
  },
  DT_MEDIA_TYPE: {
    status: 415,
    meaning: 'The body is of a type that the operation does not take.',
    remedy: 'Send a type that the message names, and say so in `Content-Type`.',
  },
  DT_METHOD: {
    status: 405,
    meaning: 'The path has no operation of this method.',
    remedy: 'Use a method that `Allow` names.',
  },
  DT_NOT_FOUND: { status: 404, meaning: 'The node has nothing at this path.', remedy: 'See `/docs` for the paths.' },
  DT_ORIGIN: {
    status: 403,
    meaning: "A browser asks from another site's page.",
    remedy: "Use the node's own pages, or a program.",
  },
  DT_OTHER_ROLE: {
    status: 404,
    meaning: 'The other kind of node has this operation.',
    remedy: 'Ask the gateway for what an edge device does not do, and the reverse.',
  },
  DT_OVERLAP_BODY: {
    status: 422,
    meaning: 'A body of strips does not fit the plan or what was offered.',
    remedy: 'Run one version and one `cluster.yaml` on every machine.',
  },
  DT_READ_ONLY: { status: 403, meaning: 'The token is for reading only.', remedy: 'Use `DEEPTHINGS_TOKEN`.' },
  DT_REGION: {
    status: 422,
    meaning: 'The region is empty or outside the map.',
    remedy: 'Give `x0,y0,x1,y1` inside the map that the message names.',
  },
  DT_REQUEST: {
    status: [400, 408, 417, 431],
    meaning: 'The request is not what the contract declares, came too slowly, or its headers are too large.',
    remedy: 'Correct what the message and `errors` name; `/docs` has the contract.',
  },
  DT_RESULT_BODY: {
    status: 422,
    meaning: 'The body of a result does not fit the plan.',
    remedy: 'Run one version and one `cluster.yaml` on every machine.',
  },
  DT_STRATEGY: {
    status: 422,
    meaning: 'The strategy cannot compute this model.',
    remedy: 'Submit with another strategy, or leave it out.',
  },
  DT_TASK_BODY: {
    status: 422,
    meaning: 'The body of a task does not fit the plan.',
    remedy: 'Run one version and one `cluster.yaml` on every machine.',
  },
  DT_TENSOR_BODY: {
    status: 422,
    meaning: 'The body is no well-formed safetensors document of the expected tensors.',
    remedy: 'Send what the message names.',
  },
  DT_TLS_HANDSHAKE: {
    status: null,
    meaning: 'A caller and the node did not agree on TLS; the list of refused callers has it.',
    remedy: 'Give the caller the authority, and with `mutual` a certificate, of the cluster.',
  },
  DT_TLS_REQUIRED: { status: 400, meaning: 'The port speaks https only.', remedy: 'Use an https address.' },
  DT_TLS_UNEXPECTED: {
    status: null,
    meaning: 'A caller spoke TLS to a node without TLS; the list of refused callers has it.',
    remedy: 'Use an http address, or set `tls` in `cluster.yaml` on every machine.',
  },
  DT_TOKEN: {
    status: 401,
    meaning: 'The token is missing or wrong.',
    remedy: "Send `Authorization: Bearer` with the cluster's token.",
  },
  DT_UPLOADS: {
    status: 429,
    meaning: 'Too many bytes of unfinished bodies wait on the node.',
    remedy: 'Send this one again after `Retry-After`.',
  },
} as const;
