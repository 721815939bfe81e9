// Helpers for elements and the clipboard.

/** The element with this id. Throws if it is missing or of another type. */
export function byId<E extends HTMLElement>(id: string, type: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof type)) {
    throw new Error(`Expected ${type.name} with the id ${id}.`);
  }
  return element;
}

/** A new element with these children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}

/** Writes text into a status line; `'error'` marks it as an error. */
export function say(line: HTMLElement, text: string, kind: 'note' | 'error' = 'note'): void {
  line.textContent = text;
  line.dataset.kind = kind;
}

/** Copies text, and shows on the button for a moment whether it succeeded. */
export async function copy(text: string, button: HTMLElement): Promise<void> {
  const label = button.dataset.label ?? button.textContent ?? '';
  button.dataset.label = label;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Copy failed';
  }
  setTimeout(() => {
    button.textContent = label;
  }, 1600);
}
