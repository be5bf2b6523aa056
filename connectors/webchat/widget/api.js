// Requests to the hub. A refusal is thrown with its status; status 0 means that nobody answered.
export class Refusal extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  constructor(base, memory) {
    this.base = base;
    this.memory = memory;
    this.user = null;
    this.token = memory.read("token");
    this.asking = null;
  }

  get who() {
    if (this.user) return `user.${this.user.user_id}`;
    return this.token ? this.token.split(".")[0] : "new";
  }

  get known() {
    return Boolean(this.user || this.token);
  }

  get authorization() {
    if (!this.user) return this.token ? `Bearer ${this.token}` : null;
    const bytes = new TextEncoder().encode(JSON.stringify(this.user));
    const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const text = btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    return `Identity ${text}`;
  }

  forget() {
    this.token = null;
    this.memory.write("token", null);
  }

  // The first contact; two at once are one.
  async introduce() {
    if (!this.known) this.token = this.memory.read("token"); // another tab may have been first
    if (this.known) return;
    const said = this.memory.read("introduction") ?? {};
    this.asking ??= this.json("POST", "/session", said).finally(() => {
      this.asking = null;
    });
    const { token } = await this.asking;
    if (this.known) return;
    this.token = token;
    this.memory.write("token", token);
    this.introduced?.();
  }

  async json(method, path, body) {
    const response = await this.ask(method, path, {
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return response.status === 204 ? null : response.json();
  }

  async bytes(path) {
    return (await this.ask("GET", path, { limit: 600000 })).blob();
  }

  async ask(method, path, { headers = {}, body, limit = 40000 }) {
    const authorization = this.authorization;
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        body,
        headers: authorization ? { ...headers, Authorization: authorization } : headers,
        credentials: "omit",
        signal: AbortSignal.timeout(limit),
      });
    } catch {
      throw new Refusal(0, "offline", 0);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    const wait = Number(response.headers.get("Retry-After")) || 0;
    throw new Refusal(response.status, problem.detail || response.statusText, wait);
  }

  // XMLHttpRequest, because fetch tells nothing of an upload's progress.
  upload(file, progress, voice) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${this.base}/files${voice ? "?as=voice" : ""}`);
      request.setRequestHeader("Authorization", this.authorization);
      request.responseType = "json";
      request.upload.onprogress = (event) => progress(event.loaded / event.total);
      request.onerror = () => reject(new Refusal(0, "offline", 0));
      request.onload = () => {
        if (request.status === 201) resolve(request.response);
        else reject(new Refusal(request.status, request.response?.detail || "", 0));
      };
      const form = new FormData();
      form.append("file", file, file.name || "image.png");
      request.send(form);
    });
  }
}
