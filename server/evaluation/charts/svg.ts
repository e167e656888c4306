/** SVG as text: elements that are well formed, and numbers that are finite. */

export type Attributes = Readonly<Record<string, string | number>>;

const DECIMALS = 2;

/** @throws RangeError for a number that is not finite. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(attributeText(key, value))}"`);
  return children.length === 0
    ? `<${name}${list.join('')}/>`
    : `<${name}${list.join('')}>${children.join('')}</${name}>`;
}

/** A text of one line. */
export function label(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeXml(content));
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A path through points, in order. */
export function polyline(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');
}

/** @throws RangeError for a number that is not finite. */
export function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a chart has no place for ${value}`);
  return String(Number(value.toFixed(DECIMALS)));
}

function attributeText(key: string, value: string | number): string {
  if (typeof value === 'string') return value;
  try {
    return coordinate(value);
  } catch (cause) {
    throw new RangeError(`${key}: ${(cause as Error).message}`, { cause });
  }
}
