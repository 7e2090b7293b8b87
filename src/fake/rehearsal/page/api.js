// Everything the page asks of the rehearsal server.

export class Refused extends Error {}
export class Unreachable extends Error {}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable("howler is not answering. Nothing was sent.");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.error ?? "That did not work. Try again.");
  return body;
}

export function post(verb, body) {
  return answer(
    fetch(`rehearsal/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

/**
 * Follows the world as one person sees it. `seen(answer)` is called with every version, `reachable(bool)` when
 * the server goes away or comes back. Returns a function that stops.
 */
export function follow(person, seen, reachable) {
  const stop = new AbortController();
  (async () => {
    let version = "";
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        const query = new URLSearchParams({ as: person, after: version });
        const next = await answer(fetch(`rehearsal/world?${query}`, { signal: stop.signal }));
        if (stop.signal.aborted) return;
        failures = 0;
        reachable(true);
        // A quiet answer still carries the time, which keeps the shown clock honest.
        seen(next);
        version = next.version;
      } catch (error) {
        if (stop.signal.aborted) return;
        // One failure is a hiccup or a restart; two in a row is worth a notice.
        if (++failures > 1 || version === "") reachable(false, error.message);
        await new Promise((wake) => setTimeout(wake, Math.min(4000, 400 * failures)));
      }
    }
  })();
  return () => stop.abort();
}
