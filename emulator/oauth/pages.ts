import { html, raw, type Markup } from '../html/escape';
import type { Integration, Language } from '../options';
import type { World } from '../world';

/** The pages a person sees while connecting an account. facts: core 2.2 */

const TEXTS = {
	ru: {
		title: 'Доступ к аккаунту',
		asks: 'просит доступ к аккаунту',
		will: 'Интеграция сможет',
		scopes: { crm: 'Читать и изменять данные аккаунта', files: 'Работать с файлами', files_delete: 'Удалять файлы', notifications: 'Отправлять уведомления' },
		as: 'Разрешить от имени',
		admin: 'администратор',
		allow: 'Разрешить',
		deny: 'Отказать',
		emulator: 'Это эмулятор amoCRM для разработки и демонстрации. Настоящих данных здесь нет.',
		unknownClient: 'Интеграция с таким client_id не найдена. Проверьте ID интеграции.',
		noUser: 'В аккаунте нет администратора, который мог бы дать доступ.',
		secretsRefused: 'Произошла ошибка создания, обратитесь к разработчику интеграции.',
		wrongRedirect: 'Адрес возврата не совпадает',
		registered: 'У интеграции зарегистрирован',
		asked: 'Приложение просит',
		fix: 'Настоящий amoCRM берёт адрес из настроек интеграции, а не из запроса, поэтому подключение не удалось бы. Запустите эмулятор с нужным адресом:',
		closing: 'Окно сейчас закроется…',
	},
	en: {
		title: 'Account access',
		asks: 'asks for access to the account',
		will: 'The integration will be able to',
		scopes: { crm: 'Read and change the account data', files: 'Work with files', files_delete: 'Delete files', notifications: 'Send notifications' },
		as: 'Grant as',
		admin: 'administrator',
		allow: 'Allow',
		deny: 'Refuse',
		emulator: 'This is an amoCRM emulator for development and demos. There is no real data here.',
		unknownClient: 'No integration has this client_id. Check the integration ID.',
		noUser: 'The account has no administrator who could grant access.',
		secretsRefused: 'The integration could not be made. Contact its developer.',
		wrongRedirect: 'The redirect URI does not match',
		registered: 'Registered for the integration',
		asked: 'Requested by the application',
		fix: 'The real amoCRM takes the address from the integration, not from the request, so connecting would fail. Start the emulator with the address you need:',
		closing: 'This window is about to close…',
	},
} as const;

const STYLE = raw(`*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef2f6;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:#1d2a3a}main{width:min(440px,92vw);background:#fff;border-radius:14px;
box-shadow:0 12px 40px rgba(20,40,80,.14);padding:32px}h1{font-size:20px;margin:0 0 4px}.who{color:#5b6b7f;margin:0 0 20px}.app{display:flex;gap:14px;
align-items:center;margin-bottom:20px}.mark{width:52px;height:52px;border-radius:13px;background:linear-gradient(135deg,#3c7dfa,#1f4fd0);color:#fff;
display:grid;place-items:center;font-weight:700;font-size:22px;flex:none}ul{margin:6px 0 20px;padding:0;list-style:none}li{padding:7px 0 7px 26px;
position:relative}li::before{content:"✓";position:absolute;left:2px;color:#27a35a;font-weight:700}label{display:block;color:#5b6b7f;font-size:13px}
select{width:100%;padding:9px;border:1px solid #cfd8e3;border-radius:8px;font:inherit;margin:4px 0 22px;background:#fff}.row{display:flex;gap:12px}
button{flex:1;padding:11px;border-radius:9px;border:1px solid #cfd8e3;background:#fff;font:inherit;font-weight:600;cursor:pointer}
button.primary{background:#2f6ff2;border-color:#2f6ff2;color:#fff}button:hover{filter:brightness(.96)}.note{font-size:12.5px;color:#7b899b;margin:22px 0 0}
code{display:block;background:#f2f5f9;border-radius:8px;padding:9px 11px;margin:4px 0 14px;font-size:13px;word-break:break-all}`);

function page(language: Language, title: string, body: Markup): string {
	const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style>`;
	return `<!doctype html>${html`<html lang="${language}"><head>${head}</head><body><main>${body}</main></body></html>`}`;
}

export function consentPage({ account }: World, integration: Integration, query: Record<string, string | undefined>): string {
	const texts = TEXTS[account.language];
	const scopes = integration.scopes.filter((scope): scope is keyof typeof texts.scopes => scope in texts.scopes);
	const users = [...account.users.values()].filter(({ rights }) => rights.is_active).sort((a, b) => Number(b.rights.is_admin) - Number(a.rights.is_admin));
	const carried = (['client_id', 'state', 'mode', 'name', 'redirect_uri', 'secrets_uri', 'scopes'] as const).flatMap((name) =>
		query[name] === undefined ? [] : [html`<input type="hidden" name="${name}" value="${query[name]}">`],
	);
	const body = html`<div class="app"><div class="mark">${integration.name.slice(0, 1)}</div><div>
		<h1 id="integration">${integration.name}</h1>
		<p class="who" style="margin:0">${texts.asks} <b id="account">${account.info.name}</b></p></div></div>
		<div>${texts.will}:</div><ul>${scopes.map((scope) => html`<li>${texts.scopes[scope]}</li>`)}</ul>
		<form method="get" action="/oauth/allow" id="consent">${carried}
			<label>${texts.as}<select name="user_id" id="user">${users.map(
				({ id, name, rights }) => html`<option value="${id}">${name}${rights.is_admin ? ` — ${texts.admin}` : ''}</option>`,
			)}</select></label>
			<div class="row"><button type="submit" class="primary" id="allow">${texts.allow}</button>
			<button type="submit" id="deny" formaction="/oauth/deny">${texts.deny}</button></div>
		</form><p class="note">${texts.emulator}</p>`;
	return page(account.language, texts.title, body);
}

export function wrongRedirectPage(language: Language, integration: Integration, asked: string): string {
	const texts = TEXTS[language];
	return page(
		language,
		texts.wrongRedirect,
		html`<h1>${texts.wrongRedirect}</h1><p>${texts.registered}:</p><code id="registered">${integration.redirectUri}</code>
		<p>${texts.asked}:</p><code id="asked">${asked}</code><p>${texts.fix}</p><code>npm run emulator -- --redirect-uri ${asked}</code>`,
	);
}

export function messagePage(language: Language, message: 'unknownClient' | 'noUser' | 'secretsRefused', detail = ''): string {
	const texts = TEXTS[language];
	return page(language, texts.title, html`<h1>${texts.title}</h1><p>${texts[message]}${detail}</p><p class="note">${texts.emulator}</p>`);
}

/** mode=popup: the opener's window goes on, this one closes. */
export function popupPage(language: Language, target: string): string {
	// JSON is not safe inside a script element as it stands: a "</script>" in the state would end it.
	const literal = raw(JSON.stringify(target).replace(/</g, '\\u003c'));
	const script = html`<script>if(window.opener){window.opener.location=${literal};window.close()}else{window.location=${literal}}</script>`;
	return page(language, TEXTS[language].title, html`<p>${TEXTS[language].closing}</p>${script}`);
}
