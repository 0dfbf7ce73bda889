import { html, raw, type Markup } from '../html/escape';
import { logRows } from './log';
import type { View } from './view';

/** The frame around every page: navigation, the page itself, the log. */

const ICONS = {
	leads: 'M4 5h4v14H4zM10 5h4v9h-4zM16 5h4v6h-4z',
	contacts: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-8 8a8 6 0 0 1 16 0z',
	companies: 'M5 21V4h9v17h-2v-4H9v4zM14 9h5v12h-5zM8 7h3M8 11h3',
	tasks: 'M5 12l4 4L19 6',
} as const;

const icon = (name: keyof typeof ICONS): Markup =>
	raw(`<svg viewBox="0 0 24 24" aria-hidden="true"${name === 'tasks' ? ' class="line"' : ''}><path d="${ICONS[name]}"/></svg>`);

const FAVICON = `data:image/svg+xml,${encodeURIComponent(
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#2f6ff2"/><path d="M5 6h4v12H5zM10 6h4v8h-4zM15 6h4v5h-4z" fill="#fff"/></svg>',
)}`;

export function page(view: View, title: string, content: Markup): string {
	const { texts, language, world, path } = view;
	const other = language === 'ru' ? 'en' : 'ru';
	const entry = (href: string, name: keyof typeof ICONS, pattern: RegExp) =>
		html`<a href="${href}"${pattern.test(path) ? html` class="on" aria-current="page"` : ''}>${icon(name)}<span>${texts[name]}</span></a>`;
	const rows = logRows(view);
	const document = html`<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · ${world.account.info.name}</title><link rel="icon" href="${FAVICON}"><link rel="stylesheet" href="/board/board.css"><script src="/board/board.js" defer></script></head>
<body data-move-failed="${texts.moveFailed}">
<aside class="side">
	<a class="brand" href="/" title="${world.account.info.name}">${world.account.info.name.replace(/[^\p{L}\p{N}]/gu, '').charAt(0)}</a>
	<nav>${entry('/', 'leads', /^\/($|leads)/)}${entry('/contacts/list/', 'contacts', /^\/contacts/)}${entry('/companies/list/', 'companies', /^\/companies/)}${entry('/todo/list/', 'tasks', /^\/todo/)}</nav>
	<div class="foot"><button type="button" id="toggle-log" title="${texts.hideLog}">API</button><a id="language" href="?lang=${other}" hreflang="${other}">${other.toUpperCase()}</a></div>
</aside>
<main><div class="account"><b>${world.account.info.name}</b> <span>${world.account.info.subdomain}.amocrm.ru · ${texts.emulator}</span></div><div id="view">${content}</div></main>
<aside class="log" id="log"><h2>${texts.log}<i id="live" class="off"></i></h2><ol id="calls">${rows}</ol><p class="empty">${texts.logEmpty}</p></aside>
<div id="toast" role="status"></div>
</body></html>`;
	return `<!doctype html>${document.text}`;
}
