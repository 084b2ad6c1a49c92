// The calls to the sandbox, and the stream of what happens in it.

async function call(path, init) {
  const answer = await fetch(path, init);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error || `${answer.status} ${answer.statusText}`);
  return body;
}

/** get reads JSON; it throws an Error with the server's own words. */
export function get(path) {
  return call(path);
}

/** post sends JSON, or a form as multipart when `body` is one. */
export function post(path, body) {
  if (body instanceof FormData) return call(path, { method: "POST", body });
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/**
 * follow listens to the events for ever. `opened` runs each time the stream is
 * (re)connected, because whatever happened meanwhile was missed; `lost` runs
 * when it breaks.
 */
export function follow({ opened, lost, event }) {
  const stream = new EventSource("/play/events");
  stream.onopen = opened;
  stream.onmessage = (message) => event(JSON.parse(message.data));
  stream.onerror = () => {
    lost();
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    setTimeout(() => follow({ opened, lost, event }), 1500);
  };
}
