/**
 * Puts an element's text on the clipboard. Browsers give pages by http from another machine no `navigator.clipboard`: there the text
 * is selected and copied as by hand.
 *
 * @returns false where the browser refuses both; the text is then selected.
 */
export async function copyText(element: HTMLElement): Promise<boolean> {
  const text = element.textContent ?? '';
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
