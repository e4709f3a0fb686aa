// The server's interface: one function per call.

const PATIENCE_MS = 15000;

async function call(method, path, { session, body, headers, signal = AbortSignal.timeout(PATIENCE_MS) } = {}) {
  const response = await fetch(`/api/${path}`, {
    method,
    signal,
    credentials: "omit", // the token is the only key
    headers: { ...headers, ...(session && { Authorization: `Bearer ${session.token}` }), ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  }).catch(() => ({ status: 0 }));
  const { ok, status } = response;
  if (ok) return response;
  throw Object.assign(new Error(`status ${status}`), {
    gone: [401, 403, 404, 410].includes(status), // no such conversation (any more)
    passing: !status || status >= 500 || [408, 409, 429].includes(status), // trying again may help
    tooFast: status === 429,
    retryAfter: response.headers?.get("Retry-After") * 1000,
  });
}

const json = async (...request) => (await call(...request)).json();
const of = ({ id }, more = "") => `conversations/${id}${more}`;

export const begin = (agreed, language) => json("POST", "conversations", { body: { agreed, language } });
export const send = (session, text, key) => json("POST", of(session, "/messages"), { session, body: { text, key } });
export const history = (session) => json("GET", of(session), { session });
export const remove = (session) => json("DELETE", of(session), { session });
export const rate = (session, seq, helpful, note) => call("POST", of(session, "/feedback"), { session, body: { seq, helpful, note } });
export const status = () => json("GET", "status");
export const questions = () => json("GET", "questions?lang=en");

/**
 * Listen for messages after `after` until the stream ends: `received(name, data)` for each event, `alive()` for every
 * sign of life. Read by hand, because EventSource cannot send the token.
 */
export async function listen(session, after, signal, received, alive) {
  const { body } = await call("GET", of(session, "/events"), { session, signal, headers: { "Last-Event-ID": after } });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    alive();
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop(); // an event counts once its blank line has come
    for (const block of blocks) {
      const [, data] = block.match(/^data: (.*)$/m) ?? [];
      if (data) received(/^event: gone$/m.test(block) ? "gone" : "message", data);
    }
  }
}
