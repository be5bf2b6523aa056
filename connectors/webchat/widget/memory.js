// What survives a reload: the visitor's token and messages that were not confirmed yet.
export class Memory {
  constructor(channel) {
    this.prefix = `omnihub.${channel}.`;
    this.spare = new Map();
  }

  read(name) {
    if (this.spare.has(name)) return this.spare.get(name);
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name));
    } catch {
      return null;
    }
  }

  write(name, value) {
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, JSON.stringify(value));
      this.spare.delete(name);
    } catch {
      // Storage is full or forbidden: this page remembers, the next one will not.
      this.spare.set(name, value);
    }
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function backOff(attempt) {
  return Math.min(30000, 1000 * 2 ** attempt) * (0.7 + Math.random() * 0.3);
}
