// The messages of the thread: from the history, from live news and from the outbox, as one list.
export class Thread {
  constructor() {
    this.byId = new Map();
    this.older = null;
    this.loaded = false;
  }

  clear() {
    this.byId.clear();
    this.older = null;
    this.loaded = false;
  }

  // A page of history; the newest page replaces nothing that is already known to be older.
  take(items, older, newest) {
    for (const item of items) this.put(item);
    if (!newest || !this.loaded) this.older = older;
    this.loaded = true;
  }

  put(message) {
    this.byId.set(message.id, message);
  }

  get known() {
    return [...this.byId.values()].sort((a, b) => (a.order < b.order ? -1 : 1));
  }

  externalIds() {
    return this.known.flatMap((message) => message.ids);
  }

  // Everything to show; what is still in the outbox stands at the end.
  list(waiting) {
    const stored = new Set(this.externalIds());
    const pending = waiting
      .filter((item) => !stored.has(item.body.id))
      .map((item) => ({
        id: item.body.id,
        ids: [item.body.id],
        from: "customer",
        at: item.at,
        state: item.state,
        reason: item.reason,
        text: item.body.text ?? item.body.press?.label ?? "",
        spans: [],
        attachments: item.files,
        buttons: [],
        pressed: [],
        pending: true,
      }));
    return [...this.known, ...pending];
  }

  unread() {
    return this.known.filter((message) => message.from === "hub" && message.state !== "read");
  }

  undelivered() {
    return this.known.filter((message) => message.from === "hub" && message.state === "sent");
  }
}
