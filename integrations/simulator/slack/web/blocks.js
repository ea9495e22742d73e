// Draws Block Kit with text nodes only: whatever a message contains, it never becomes markup.

const WEB = /^(https?|mailto):/;
let numbers = 0;

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "onchange") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function angle(inside, names) {
  const [head, label] = inside.split("|");
  if (head.startsWith("@")) return el("span", { class: "mention" }, `@${names[head.slice(1)] ?? head.slice(1)}`);
  if (head.startsWith("#")) return el("span", { class: "mention" }, `#${label ?? head.slice(1)}`);
  if (head.startsWith("!date^")) {
    const at = new Date(Number(head.split("^")[1]) * 1000);
    return el("time", { datetime: at.toISOString(), title: plain(label ?? "") }, at.toLocaleString());
  }
  if (head.startsWith("!")) return document.createTextNode(`@${head.slice(1).split("^")[0]}`);
  if (!WEB.test(plain(head))) return document.createTextNode(plain(`<${inside}>`));
  return el("a", { href: plain(head), target: "_blank", rel: "noopener noreferrer" }, plain(label ?? head));
}

export function mrkdwn(text, names) {
  const made = document.createDocumentFragment();
  let last = 0;
  for (const found of text.matchAll(/<([^<>]+)>|\*([^*\n]+)\*|`([^`\n]+)`|\n/g)) {
    made.append(plain(text.slice(last, found.index)));
    if (found[1] !== undefined) made.append(angle(found[1], names));
    else if (found[2] !== undefined) made.append(el("strong", {}, mrkdwn(found[2], names)));
    else if (found[3] !== undefined) made.append(el("code", {}, plain(found[3])));
    else made.append(el("br"));
    last = found.index + found[0].length;
  }
  made.append(plain(text.slice(last)));
  return made;
}

const said = (text, names) =>
  typeof text === "string" ? text : text.type === "mrkdwn" ? mrkdwn(text.text, names) : text.text;

function richText(node, names) {
  const made = document.createDocumentFragment();
  for (const each of node.elements ?? []) {
    if (each.type === "user") made.append(angle(`@${each.user_id}`, names));
    else if (each.type === "link") made.append(angle(`${each.url}|${each.text ?? each.url}`, names));
    else if (typeof each.text === "string") made.append(each.text);
    else made.append(el(each.type === "rich_text_section" ? "p" : "div", {}, richText(each, names)));
  }
  return made;
}

// What people press. `press(action_id, value)` resolves when Slack has told the app, or could not.
function control(element, press) {
  const label = element.text?.text ?? element.placeholder?.text ?? element.action_id;
  if (element.type === "button" && element.url) {
    const link = { class: "button", href: element.url, target: "_blank", rel: "noopener noreferrer" };
    return el("a", { ...link, onclick: () => press(element.action_id) }, label);
  }
  if (element.type === "button") {
    const button = el("button", { type: "button", class: element.style ?? "" }, label);
    button.addEventListener("click", async () => {
      const asks = element.confirm;
      if (asks && !window.confirm(`${asks.title?.text ?? ""}\n\n${asks.text?.text ?? ""}`)) return;
      button.setAttribute("aria-busy", "true");
      await press(element.action_id);
      button.removeAttribute("aria-busy");
    });
    return button;
  }
  const field = fieldOf(element, `action-${(numbers += 1)}`);
  if (!field) return el("span", { class: "quiet" }, `(${element.type})`);
  field.node.setAttribute("aria-label", label);
  field.node.addEventListener("change", () => press(element.action_id, field.read()));
  return field.node;
}

export function blocks(list, press, names) {
  const made = document.createDocumentFragment();
  for (const block of list) {
    if (block.type === "header") made.append(el("h3", {}, block.text.text));
    else if (block.type === "divider") made.append(el("hr"));
    else if (block.type === "context") {
      const parts = block.elements.map((each) => el("span", {}, each.alt_text ?? said(each, names)));
      made.append(el("p", { class: "quiet context" }, ...parts));
    } else if (block.type === "actions") {
      made.append(el("div", { class: "row" }, ...block.elements.map((each) => control(each, press))));
    } else if (block.type === "section") {
      const words = el("div", {});
      if (block.text) words.append(el("p", {}, said(block.text, names)));
      for (const each of block.fields ?? []) words.append(el("p", {}, said(each, names)));
      const beside = block.accessory ? control(block.accessory, press) : null;
      made.append(el("div", { class: "section" }, words, beside));
    } else if (block.type === "rich_text") made.append(el("div", {}, richText(block, names)));
    else if (block.type === "markdown") made.append(el("p", {}, block.text));
    else if (block.type === "image") made.append(el("p", { class: "quiet" }, `(picture: ${block.alt_text})`));
  }
  return made;
}

// -- forms --------------------------------------------------------------------------------------------------

const KINDS = {
  plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number",
  datepicker: "date", timepicker: "time", users_select: "text",
};
const optionsOf = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((g) => g.options)];

// { node, read } of one element: `read()` gives the plain value that the stand-in takes, undefined for none.
function fieldOf(element, id) {
  const options = optionsOf(element);
  if (element.type === "static_select" || element.type === "overflow") {
    const first = element.initial_option?.value;
    const rows = options.map((each) => el("option", { value: each.value, selected: each.value === first }, each.text.text));
    const node = el("select", { id }, el("option", { value: "" }, "Choose …"), ...rows);
    return { node, read: () => node.value || undefined, write: (value) => (node.value = value) };
  }
  if (["checkboxes", "radio_buttons", "multi_static_select"].includes(element.type)) {
    const one = element.type === "radio_buttons";
    const chosen = new Set([...(element.initial_options ?? []), element.initial_option].map((each) => each?.value));
    const boxes = options.map((each) =>
      el("input", { type: one ? "radio" : "checkbox", name: id, value: each.value, checked: chosen.has(each.value) }));
    const rows = options.map((each, at) => el("label", { class: "check" }, boxes[at], each.text.text));
    const node = el("div", { id, role: "group" }, ...rows);
    const read = () => {
      const values = boxes.filter((each) => each.checked).map((each) => each.value);
      return one ? values[0] : values;
    };
    const write = (value) => boxes.forEach((each) => (each.checked = [value].flat().includes(each.value)));
    return { node, read, write };
  }
  const kind = KINDS[element.type];
  if (!kind) return null;
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  const limits = { minlength: element.min_length, maxlength: element.max_length };
  const node = element.multiline
    ? el("textarea", { id, rows: "4", ...limits })
    : el("input", { id, type: kind, step: kind === "number" ? "any" : null, ...limits });
  node.value = initial;
  return { node, read: () => (node.value || initial ? node.value : undefined), write: (value) => (node.value = value) };
}

// The inputs of a modal: what to show, what was filled in, and where an error stands.
export function form(list, press, names) {
  const fields = new Map();
  const made = document.createDocumentFragment();
  for (const block of list) {
    if (block.type !== "input") {
      made.append(blocks([block], press, names));
      continue;
    }
    const id = `field-${(numbers += 1)}`;
    const field = fieldOf(block.element, id);
    if (!field) continue;
    const group = field.node.getAttribute("role") === "group";
    const hint = block.hint ? el("p", { class: "quiet", id: `${id}-hint` }, block.hint.text) : null;
    const error = el("p", { class: "error", id: `${id}-error`, role: "alert" });
    const optional = block.optional ? el("span", { class: "quiet" }, " (optional)") : null;
    const title = el(group ? "p" : "label", group ? { id: `${id}-label`, class: "label" } : { for: id });
    title.append(block.label.text, optional ?? "");
    if (group) field.node.setAttribute("aria-labelledby", `${id}-label`);
    else if (!block.optional) field.node.setAttribute("required", "");
    field.node.setAttribute("aria-describedby", `${hint ? `${id}-hint ` : ""}${id}-error`);
    fields.set(block.block_id, { ...field, error });
    made.append(el("div", { class: "field" }, title, field.node, hint, error));
  }
  const values = () =>
    Object.fromEntries([...fields].map(([name, each]) => [name, each.read()]).filter(([, value]) => value !== undefined));
  const complain = (errors) => {
    for (const [name, each] of fields) {
      each.error.textContent = errors[name] ?? "";
      if (errors[name]) each.node.setAttribute("aria-invalid", "true");
      else each.node.removeAttribute("aria-invalid");
    }
    const first = [...fields].find(([name]) => errors[name]);
    (first?.[1].node.querySelector?.("input") ?? first?.[1].node)?.focus();
  };
  const keep = (old) => Object.entries(old).forEach(([name, value]) => fields.get(name)?.write(value));
  return { made, values, complain, keep };
}
