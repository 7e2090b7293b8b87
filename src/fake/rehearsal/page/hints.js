// What the composer offers while somebody types. Only hints: howler itself says what it understands.

const COMMANDS = [
  ["/incident p1 ", "title", "declare: system down"],
  ["/incident p2 ", "title", "declare: badly degraded"],
  ["/incident p3 ", "title", "declare: a part is broken"],
  ["/incident p4 ", "title", "declare: minor"],
  ["/incident declare", "", "open the declaration form"],
  ["/incident ack", "", "I am on it"],
  ["/incident update ", "text", "say where things stand"],
  ["/incident status ", "identified", "move to the next phase"],
  ["/incident severity ", "p2 reason", "raise or lower"],
  ["/incident impact ", "text", "who is hurt, and how"],
  ["/incident action ", "text", "what is being done"],
  ["/incident eta ", "30m", "when it may be over"],
  ["/incident note ", "text", "for the timeline only"],
  ["/incident role commander ", "@name", "hand over command"],
  ["/incident snooze ", "10m", "move this one reminder"],
  ["/incident resolve ", "root cause", "announce the end"],
  ["/incident reopen", "", "it is not over"],
  ["/incident merge into ", "7", "it is the same as that one"],
  ["/incident split ", "9", "take the merge of that one back"],
  ["/incident mistake ", "why", "it was declared by mistake"],
  ["/incident report", "", "what happened, as the runbook asks for it"],
  ["/incident report root cause: ", "text", "write a part of the report"],
  ["/incident follow-up ", "[action] text @name by +7d", "work that is left"],
  ["/incident follow-ups", "", "the work that is left, with its owners"],
  ["/incident due", "", "what you owe after incidents"],
  ["/incident retro", "", "when the retrospective is due"],
  ["/incident retract", "", "take the last step back"],
  ["/incident list", "", "what is open"],
  ["/incident show", "", "the card again"],
  ["/incident timeline", "", "what happened so far"],
  ["/incident find ", "words", "search past incidents"],
  ["/incident doctor", "", "what could not be delivered"],
  ["/incident help", "", "everything it can do"],
  ["/oncall secrets", "", "what is to be rotated when"],
  ["/oncall rotated ", "VERCEL_TOKEN", "a secret has a new value"],
  ["/runbook diagnose ", "event-stream-failure", "ask what is wrong, and which step helps"],
  ["/runbook run ", "event-stream-failure", "the same, and ask for approval of the step"],
  ["/runbook list", "", "the procedures there are"],
  ["/runbook health", "", "is anything down?"],
  ["/runbook status", "", "what is under way"],
  ["/runbook metrics ", "p99 24h", "how what is watched stands and went"],
  ["/runbook freeze ", "why", "begin no change until further notice"],
  ["/alerts list", "", "what machines say is wrong"],
  ["/alerts ack ", "A-12", "you have it"],
  ["/alerts resolve ", "A-12 why", "it is over, where its source does not say so"],
  ["/alerts silence ", "A-12 2h why", "count it and say nothing for that time"],
  ["/alerts why ", "A-12", "where it came from, and what was made of it"],
  ["/alerts sources", "", "what was heard of each source"],
  ["/maintenance schedule ", "2h Database upgrade", "announce planned work"],
  ["/maintenance list", "", "what is planned or under way"],
  ["/maintenance done", "", "it is over"],
];

/** Suggestions for the text before the cursor: [{insert, show, about, complete}], and where they start. */
export function suggestions(text, names) {
  if (text.startsWith("/") && !text.includes("\n")) {
    const typed = text.toLowerCase();
    const items = COMMANDS.filter(([command]) => command.startsWith(typed) && command.trimEnd() !== typed.trimEnd())
      .map(([command, argument, about]) => ({ insert: command, show: command.trim(), argument, about }));
    return { start: 0, items: items.slice(0, 8) };
  }
  const at = /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u.exec(text);
  if (!at) return { start: 0, items: [] };
  const typed = at[1].toLowerCase();
  const all = [
    { handle: names.bot.name, about: "the incident bot" },
    ...[...names.people.values()].filter((one) => !one.deleted && !names.isBot(one.id))
      .map((one) => ({ handle: one.name, about: one.real_name })),
    ...[...names.groups.values()].map((group) => ({ handle: group.handle, about: group.name })),
  ];
  const items = all
    .filter(({ handle, about }) => handle.toLowerCase().startsWith(typed) || about?.toLowerCase().split(" ").some((word) => word.startsWith(typed)))
    .filter(({ handle }) => handle.toLowerCase() !== typed)
    .map(({ handle, about }) => ({ insert: `@${handle} `, show: `@${handle}`, argument: "", about }));
  return { start: text.length - at[1].length - 1, items: items.slice(0, 8) };
}
