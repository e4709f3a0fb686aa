// The server's interface, one function per call.

// Longer than a slow phone connection needs, short enough that a dead one is noticed.
const PATIENCE_MS = 15000;

/** An answer that is not 2xx, or none at all (status 0). */
export class ApiError extends Error {
  constructor(status, code = "", message = "", retryAfter = 0) {
    super(message || `HTTP ${status}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The conversation does not exist (any more), or the key does not fit. */
  get gone() { return [401, 403, 404, 410].includes(this.status); }

  /** Trying again later may help: no connection, server trouble, or too many messages. */
  get passing() { return this.status === 0 || this.status >= 500 || [408, 409, 425, 429].includes(this.status); }
}

async function call(method, path, { token, body, headers = {}, signal } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal: signal ?? AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
      credentials: "omit", // the token is the only key; no cookie is needed or sent
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
  } catch (error) {
    throw new ApiError(0, "offline", error.message);
  }
  if (response.ok) return response;
  const { error = {} } = await response.json().catch(() => ({}));
  throw new ApiError(response.status, error.code, error.message, Number(response.headers.get("Retry-After")) || 0);
}

const json = async (...request) => (await call(...request)).json();
const conversation = (session) => `/api/conversations/${encodeURIComponent(session.id)}`;

export const begin = (agreed, language) => json("POST", "/api/conversations", { body: { agreed, language } });

export const send = (session, text, key) =>
  json("POST", `${conversation(session)}/messages`, { token: session.token, body: { text, key } });

export const history = (session) => json("GET", conversation(session), { token: session.token });

export const events = (session, after, signal) =>
  call("GET", `${conversation(session)}/events`, {
    token: session.token,
    signal,
    headers: { Accept: "text/event-stream", "Last-Event-ID": String(after) },
  });

export const remove = (session) => json("DELETE", conversation(session), { token: session.token });

export const rate = (session, seq, helpful, note = "") =>
  call("POST", `${conversation(session)}/feedback`, { token: session.token, body: { seq, helpful, note } });

export const status = () => json("GET", "/api/status");

export async function questions(language) {
  // Worth caching, unlike everything else here: the same list for everyone.
  const response = await fetch(`/api/questions?lang=${encodeURIComponent(language)}`, { credentials: "omit" });
  return response.ok ? (await response.json()).questions : [];
}
