import type { Language } from '../options';

/** Error bodies of the token endpoint. facts: core 2.7 */

const TEXTS = {
	request: {
		ru: ['Некорректный запрос', 'В запросе отсутствует ряд параметров или параметры невалидны'],
		en: ['Bad request', 'The request is missing required parameters or they are invalid'],
	},
	token: {
		ru: ['Некорректный токен', 'Токен авторизации недействителен или отозван'],
		en: ['Invalid token', 'The token is invalid or has been revoked'],
	},
	client: {
		ru: ['Некорректный клиент', 'Авторизация клиента не прошла'],
		en: ['Invalid client', 'Client authentication failed'],
	},
} as const;

export class OAuthProblem extends Error {
	constructor(
		readonly status: 400 | 401,
		readonly about: keyof typeof TEXTS,
		readonly hint?: string,
	) {
		super(hint ?? about);
	}

	body(language: Language): Record<string, unknown> {
		const [title, detail] = TEXTS[this.about][language];
		const hint = this.hint === undefined ? {} : { hint: this.hint };
		return { ...hint, title, type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson', status: this.status, detail };
	}
}
