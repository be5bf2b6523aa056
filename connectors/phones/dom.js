// Elements, and files as they travel.

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "dataset") {
      Object.assign(element.dataset, value);
    } else if (name === "aria-label") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children);
  return element;
}

export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).split(",")[1] || ""));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

export function blobUrl(attachment) {
  const bytes = Uint8Array.from(atob(attachment.data_base64), (c) => c.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: attachment.mime || "" }));
}
