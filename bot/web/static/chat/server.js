// The server's interface: one function per call.

const PATIENCE_MS = 15000;

/** An answer that is not 2xx, or none at all (status 0). */
class ServerError extends Error {
  constructor(status, retryAfter = 0) {
    super(`status ${status}`);
    this.gone = [401, 403, 404, 410].includes(status); // no such conversation (any more)
    this.passing = status === 0 || status >= 500 || [408, 409, 429].includes(status); // trying again may help
    this.tooFast = status === 429;
    this.retryAfter = retryAfter * 1000;
  }
}

async function call(method, path, { token, body, headers, signal = AbortSignal.timeout(PATIENCE_MS) } = {}) {
  const response = await fetch(`/api/${path}`, {
    method,
    signal,
    credentials: "omit", // the token is the only key
    headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  }).catch(() => {
    throw new ServerError(0);
  });
  if (!response.ok) throw new ServerError(response.status, Number(response.headers.get("Retry-After")));
  return response;
}

const json = async (...request) => (await call(...request)).json();

export const begin = (agreed, language) => json("POST", "conversations", { body: { agreed, language } });
export const send = ({ id, token }, text, key) => json("POST", `conversations/${id}/messages`, { token, body: { text, key } });
export const history = ({ id, token }) => json("GET", `conversations/${id}`, { token });
export const remove = ({ id, token }) => json("DELETE", `conversations/${id}`, { token });
export const rate = ({ id, token }, seq, helpful, note) => call("POST", `conversations/${id}/feedback`, { token, body: { seq, helpful, note } });
export const status = () => json("GET", "status");
export const questions = () => json("GET", "questions?lang=en");

/**
 * Listen for messages after `after` until the stream ends: `received(name, data)` for each event, `alive()` for every
 * bit of data. Read by hand, because EventSource cannot send the token.
 */
export async function listen({ id, token }, after, signal, received, alive) {
  const { body } = await call("GET", `conversations/${id}/events`, { token, signal, headers: { "Last-Event-ID": after } });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    alive();
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop(); // an event counts once its blank line has come: half of one is dropped at a cut
    for (const block of blocks) {
      const [, name = "message"] = block.match(/^event: ?(.*)$/m) ?? [];
      const [, data] = block.match(/^data: ?(.*)$/m) ?? [];
      if (data) received(name, data);
    }
  }
}
