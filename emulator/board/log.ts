import { html, type Markup } from '../html/escape';
import type { LogEntry } from '../requestLog';
import type { View } from './view';

/** The live log of API calls, newest first. */

const SHOWN = 100;

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

export const logRows = (view: View): Markup[] => view.world.log.entries.slice(-SHOWN).reverse().map((entry) => logRow(view, entry));

export function logRow({ texts }: View, { at, method, path, query, body, status, ms }: LogEntry): Markup {
	const size = Array.isArray(body) && method !== 'GET' ? body.length : undefined;
	const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(flat(query)).toString()}` : '';
	return html`<li class="call s${Math.floor(status / 100)}" title="${decodeURIComponentSafe(`${method} ${path}${search}`)}">
		<span class="when">${CLOCK.format(at)}</span><b class="m ${method}">${method}</b><span class="path">${path.replace(/^\/api\/v4/, '')}${search === '' ? '' : html`<i>${decodeURIComponentSafe(search)}</i>`}</span>
		${size === undefined ? '' : html`<span class="size" title="${texts.batch}">×${size}</span>`}<span class="code">${status === 0 ? '—' : status}</span><span class="ms">${ms < 10 ? ms : Math.round(ms)} ms</span></li>`;
}

/** Nested query values back in bracket form, for reading. */
function flat(query: Record<string, unknown>, prefix = ''): [string, string][] {
	return Object.entries(query).flatMap(([key, value]): [string, string][] => {
		const name = prefix === '' ? key : `${prefix}[${key}]`;
		return typeof value === 'object' && value !== null ? flat(value as Record<string, unknown>, name) : [[name, String(value)]];
	});
}

function decodeURIComponentSafe(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
