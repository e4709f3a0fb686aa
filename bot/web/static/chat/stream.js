// Reading server-sent events from a fetch response: EventSource cannot send the Authorization header.

/** Calls `received({ name, data })` for every event and `alive()` for every bit of data, until the stream ends. */
export async function readEvents(response, received, alive) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop(); // an event counts only once its blank line has come: half of one is dropped at a cut
    for (const block of blocks) {
      const event = parse(block);
      if (event) received(event);
    }
  }
}

function parse(block) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  if (!data.length && name === "message") return null; // a comment such as ": ping"
  return { name, data: data.join("\n") };
}
