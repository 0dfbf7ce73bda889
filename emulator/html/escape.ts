/** Markup with every value escaped: html`<b>${name}</b>`. Nested results of html`` and arrays of them pass through. */

export class Markup {
	constructor(readonly text: string) {}

	toString(): string {
		return this.text;
	}
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

function part(value: unknown): string {
	if (value instanceof Markup) return value.text;
	if (Array.isArray(value)) return value.map(part).join('');
	return value === null || value === undefined || value === false ? '' : escape(String(value));
}

export const html = (strings: TemplateStringsArray, ...values: unknown[]): Markup =>
	new Markup(strings.reduce((out, text, index) => out + part(values[index - 1]) + text));

export const raw = (text: string): Markup => new Markup(text);
