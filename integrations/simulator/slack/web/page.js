// People side by side on the stand-in's workspace. The server says what each of them sees; nothing is kept here
// but who each pane is and where that person looks.

import { blocks, el, form, mrkdwn } from "/_sim/web/blocks.js";

const MOST = 4;
const HOME = "home";
const panes = new Set();
const line = document.getElementById("line");
const thrice = document.getElementById("thrice");
let people = [];

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  try {
    const answer = await fetch(path, options);
    return await answer.json();
  } catch {
    return { ok: false, error: "the stand-in does not answer" };
  }
}

class Pane {
  constructor(user) {
    this.root = document.getElementById("pane").content.firstElementChild.cloneNode(true);
    for (const name of ["who", "leave", "places", "shortcuts", "place", "log", "told", "write", "over", "talk"])
      this[name] = this.root.querySelector(`.${name}`);
    this.nav = this.root.querySelector("nav");
    this.input = this.write.querySelector("input");
    this.user = user;
    this.at = "";
    this.drawn = new Map();
    this.seen = new Map();
    this.view = "";
    for (const each of people)
      this.who.append(el("option", { value: each.id, selected: each.id === user }, `${each.name}`));
    this.who.addEventListener("change", () => this.become(this.who.value));
    this.leave.addEventListener("click", () => remove(this));
    this.write.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.over.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    this.over.addEventListener("keydown", (event) => this.stayInside(event));
    this.name();
  }

  name() {
    const known = people.find((each) => each.id === this.user);
    this.root.setAttribute("aria-label", `Pane of ${known?.name ?? this.user}`);
  }

  become(user) {
    this.user = user;
    this.at = "";
    this.view = "";
    this.drawn.clear();
    this.seen.clear();
    this.log.replaceChildren();
    this.say("");
    this.name();
    remember();
    this.look();
  }

  act(verb, body) {
    return ask(`/_sim/users/${this.user}/${verb}`, body);
  }

  say(text) {
    this.told.textContent = text;
  }

  async look() {
    const user = this.user;
    const screen = await ask(`/_sim/users/${user}/screen`);
    if (user === this.user && screen.channels) this.draw(screen);
  }

  draw(screen) {
    this.screen = screen;
    const known = screen.channels.some((each) => each.id === this.at);
    if (!known && this.at !== HOME) this.at = screen.channels[0]?.id ?? HOME;
    this.drawPlaces();
    this.drawShortcuts();
    if (this.at === HOME) this.drawHome();
    else this.drawChannel(screen.channels.find((each) => each.id === this.at));
    this.drawView(screen.modal);
  }

  // -- where one can look -----------------------------------------------------------------------------------

  drawPlaces() {
    const rows = this.screen.channels.map((each) => {
      const unread = each.messages.length - (this.seen.get(each.id) ?? 0);
      const title = each.kind === "im" ? this.screen.app : each.name;
      const sign = { public: "#", private: "•", im: "→", mpim: "→" }[each.kind];
      return this.placeRow(each.id, `${sign} ${title}${each.archived ? " (archived)" : ""}`, this.at === each.id ? 0 : unread);
    });
    rows.push(this.placeRow(HOME, `Home of ${this.screen.app}`, 0));
    const had = this.places.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    this.places.replaceChildren(...rows);
    if (had) this.places.querySelector(`[data-at="${had}"]`)?.focus();
  }

  placeRow(at, title, unread) {
    const badge = unread > 0 ? el("span", { class: "badge" }, String(unread), el("span", { class: "sr" }, " new")) : null;
    const here = this.at === at ? "page" : null;
    return el("li", {}, el("button", { type: "button", "data-at": at, "aria-current": here, onclick: () => this.go(at) }, title, badge));
  }

  go(at) {
    this.at = at;
    this.drawn.clear();
    this.log.replaceChildren();
    this.say("");
    if (at === HOME) this.act("home", {});
    this.draw(this.screen);
    this.log.scrollTop = this.log.scrollHeight;
  }

  drawShortcuts() {
    const wanted = this.screen.shortcuts.filter((each) => each.type === "global");
    if (this.shortcuts.childElementCount === wanted.length) return;
    this.shortcuts.replaceChildren(...wanted.map((each) =>
      el("button", { type: "button", onclick: () => this.shortcut({ callback_id: each.callback_id }) }, each.name)));
  }

  async shortcut(body) {
    this.outcome(await this.act("shortcut", body));
  }

  outcome(answer) {
    if (answer.error) return this.say(`Slack: that did not work (${answer.error}).`);
    const failed = answer.errors?.length ? `Slack: that did not work (${answer.errors.join(", ")}).` : "";
    this.say(failed);
  }

  // -- a channel --------------------------------------------------------------------------------------------

  drawChannel(channel) {
    this.place.querySelector("h2").textContent = channel.kind === "im" ? this.screen.app : `#${channel.name}`;
    const members = channel.members.map((each) => this.screen.names[each] ?? each).join(", ");
    const marks = channel.bookmarks.map((each) => el("a", { href: each.link, target: "_blank", rel: "noopener noreferrer" }, each.title));
    const facts = [`${channel.kind}${channel.archived ? ", archived" : ""} · ${members}`, channel.topic].filter(Boolean).join(" · ");
    this.place.querySelector(".topic").replaceChildren(facts, ...marks.flatMap((each) => [" · ", each]));
    this.write.hidden = channel.archived;
    const low = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    const nodes = channel.messages.map((each) => this.message(channel, each));
    this.fit(nodes);
    this.seen.set(channel.id, channel.messages.length);
    if (low) this.log.scrollTop = this.log.scrollHeight;
  }

  // Nodes that are right stay where they are, so that whoever reads or presses is not thrown out.
  fit(nodes) {
    const wanted = new Set(nodes);
    for (const each of [...this.log.children]) if (!wanted.has(each)) each.remove();
    nodes.forEach((each, at) => {
      if (this.log.children[at] !== each) this.log.insertBefore(each, this.log.children[at] ?? null);
    });
  }

  message(channel, given) {
    const text = JSON.stringify(given);
    const known = this.drawn.get(given.ts);
    if (known?.text === text) return known.node;
    const at = new Date(Number(given.ts) * 1000);
    const notes = [
      given.ephemeral ? "only visible to you" : "", given.edited ? "edited" : "", given.pinned ? "pinned" : "",
      given.thread ? "in a thread" : "",
    ].filter(Boolean).join(", ");
    const press = (action, value) => this.press({ channel: channel.id, message_ts: given.ts }, action, value);
    const menu = given.ephemeral ? [] : this.screen.shortcuts.filter((each) => each.type === "message");
    const body = given.blocks.length ? blocks(given.blocks, press, this.screen.names) : el("p", {}, mrkdwn(given.text, this.screen.names));
    const node = el("article", { class: given.ephemeral ? "ephemeral" : "", "data-ts": given.ts },
      el("p", { class: "by" },
        el("strong", {}, given.name), given.bot ? el("span", { class: "app" }, "APP") : null,
        el("time", { datetime: at.toISOString(), class: "quiet" }, at.toLocaleTimeString()),
        notes ? el("span", { class: "quiet" }, notes) : null,
        ...menu.map((each) => el("button", {
          type: "button", class: "small", onclick: () => this.shortcut({ callback_id: each.callback_id, channel: channel.id, ts: given.ts }),
        }, each.name))),
      el("div", { class: "content" }, body));
    this.drawn.set(given.ts, { text, node });
    return node;
  }

  async press(where, action, value) {
    const body = { ...where, action_id: action, times: thrice.checked ? 3 : 1 };
    this.outcome(await this.act("click", value === undefined ? body : { ...body, value }));
  }

  async send() {
    const text = this.input.value.trim();
    const channel = this.screen?.channels.find((each) => each.id === this.at);
    if (!text || !channel) return;
    this.input.value = "";
    if (!text.startsWith("/")) return this.outcome(await this.act("say", { channel: channel.id, text }));
    const [command, ...words] = text.split(" ");
    this.say("…");
    const answer = await this.act("command", { channel: channel.id, command, text: words.join(" ") });
    this.say(answer.ok ? "" : `Slack: ${command} failed with the error “${answer.error}”. Nothing says that it was recorded.`);
    if (!answer.ok) this.input.value = text;
  }

  // -- the Home tab and forms -------------------------------------------------------------------------------

  drawHome() {
    this.place.querySelector("h2").textContent = `Home of ${this.screen.app}`;
    this.place.querySelector(".topic").textContent = "only you see this";
    this.write.hidden = true;
    const view = this.screen.home;
    const text = JSON.stringify(view);
    if (this.drawn.get(HOME)?.text === text) return;
    const press = (action, value) => this.press({ view_id: view.id }, action, value);
    const node = view ? el("article", {}, blocks(view.blocks, press, this.screen.names)) : el("p", { class: "quiet" }, "Nothing is published yet.");
    this.drawn.set(HOME, { text, node });
    this.fit([node]);
  }

  drawView(view) {
    if (!view) return this.shut();
    const key = `${view.id} ${view.hash}`;
    if (this.view === key) return;
    const same = this.view.split(" ")[0] === view.id;
    const old = same && this.filled ? this.filled.values() : {};
    this.view = key;
    this.viewId = view.id;
    const press = (action, value) => this.press({ view_id: view.id }, action, value);
    this.filled = form(view.blocks, press, this.screen.names);
    this.filled.keep(old);
    const problem = el("p", { class: "error", role: "alert" });
    const title = el("h2", { id: `title-${view.id}`, tabindex: "-1" }, view.title?.text ?? "");
    const drawn = el("form", { role: "dialog", "aria-modal": "true", "aria-labelledby": `title-${view.id}` },
      title, this.filled.made, problem,
      el("div", { class: "row end" },
        el("button", { type: "button", onclick: () => this.close() }, view.close?.text ?? "Close"),
        view.submit ? el("button", { type: "submit", class: "primary" }, view.submit.text) : null));
    drawn.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = drawn.querySelector("[type=submit]");
      button.disabled = true;
      problem.textContent = "";
      const answer = await this.act("submit", { view_id: view.id, values: this.filled.values() });
      button.disabled = false;
      this.filled?.complain(answer.errors ?? {});
      if (answer.error) problem.textContent = `Slack: that did not work (${answer.error}). Nothing says that it was recorded.`;
    });
    this.over.replaceChildren(drawn);
    this.over.hidden = false;
    this.nav.inert = this.talk.inert = true;
    (drawn.querySelector("input, select, textarea") ?? title).focus();
  }

  shut() {
    if (!this.view) return;
    this.view = "";
    this.filled = null;
    this.over.hidden = true;
    this.over.replaceChildren();
    this.nav.inert = this.talk.inert = false;
    this.input.focus();
  }

  close() {
    if (this.view) this.act("close", { view_id: this.viewId });
  }

  stayInside(event) {
    if (event.key !== "Tab") return;
    const found = [...this.over.querySelectorAll("input, select, textarea, button, a[href]")].filter((each) => !each.disabled);
    const last = event.shiftKey ? found[0] : found.at(-1);
    if (document.activeElement !== last) return;
    event.preventDefault();
    (event.shiftKey ? found.at(-1) : found[0]).focus();
  }
}

// -- panes ----------------------------------------------------------------------------------------------------

function remember() {
  const query = new URLSearchParams([...panes].map((each) => ["as", each.user]));
  history.replaceState(null, "", `?${query}`);
  document.getElementById("add").disabled = panes.size >= MOST;
}

function add(user) {
  const pane = new Pane(user);
  panes.add(pane);
  document.getElementById("panes").append(pane.root);
  remember();
  pane.look();
  return pane;
}

function remove(pane) {
  panes.delete(pane);
  pane.root.remove();
  remember();
  document.getElementById("add").focus();
}

document.getElementById("add").addEventListener("click", () => {
  const taken = new Set([...panes].map((each) => each.user));
  const next = people.find((each) => !taken.has(each.id)) ?? people[0];
  add(next.id).who.focus();
});

const away = document.getElementById("away");
away.addEventListener("click", () => ask(`/_sim/outage/${away.getAttribute("aria-pressed") === "true" ? "back" : "away"}`, {}));
document.getElementById("move").addEventListener("click", () => ask("/_sim/socket/disconnect", {}));

function status(text) {
  if (line.textContent !== text) line.textContent = text;
}

async function begin() {
  const found = await ask("/_sim/people");
  people = found.people ?? [];
  const wanted = new URLSearchParams(location.search).getAll("as").filter((id) => people.some((each) => each.id === id));
  const first = wanted.length ? wanted : people.slice(0, 2).map((each) => each.id);
  first.slice(0, MOST).forEach(add);
  const changes = new EventSource("/_sim/changes");
  changes.onmessage = (event) => {
    const now = JSON.parse(event.data);
    away.setAttribute("aria-pressed", String(now.away));
    const lines = now.connections === 1 ? "The app is connected." : `The app has ${now.connections} connections.`;
    status(now.away ? "Slack is away: nothing gets through in either direction." : lines);
    for (const each of panes) each.look();
  };
  changes.onerror = () => status("The stand-in does not answer; this page tries again.");
}

begin();
