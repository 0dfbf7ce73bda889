import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Language } from '../options';
import type { Query } from '../http/query';
import type { World } from '../world';
import { BOARD_TEXTS, type BoardTexts } from './texts';

/** What every page of the board needs: the account, the reader's language, and how to write money, dates and people in it. */
export interface View {
	world: World;
	language: Language;
	texts: BoardTexts;
	path: string;
	query: Query;
	money(amount: number): string;
	number(value: number): string;
	date(seconds: number | null): string;
	dateTime(seconds: number | null): string;
	user(id: number): string;
}

const LOCALES: Record<Language, string> = { ru: 'ru-RU', en: 'en-US' };
const COOKIE = 'board_language';

const isLanguage = (value: unknown): value is Language => value === 'ru' || value === 'en';

/** `?lang=` switches and is remembered; without it, the account's own language. */
function languageOf(world: World, request: FastifyRequest, reply: FastifyReply): Language {
	const { lang } = request.query as Query;
	if (isLanguage(lang)) {
		void reply.header('set-cookie', `${COOKIE}=${lang}; Path=/; SameSite=Lax`);
		return lang;
	}
	const remembered = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '')?.[1];
	return isLanguage(remembered) ? remembered : world.account.language;
}

export function viewOf(world: World, request: FastifyRequest, reply: FastifyReply): View {
	const language = languageOf(world, request, reply);
	const locale = LOCALES[language];
	const { currency, timezone } = world.account.info;
	const whole = new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 0 });
	const exact = new Intl.NumberFormat(locale, { style: 'currency', currency });
	const number = new Intl.NumberFormat(locale);
	const write = dateWriter(locale, timezone, world.clock.now());
	const texts = BOARD_TEXTS[language];
	return {
		world,
		language,
		texts,
		path: request.url.split('?')[0] ?? '/',
		query: request.query as Query,
		money: (amount) => (Number.isInteger(amount) ? whole : exact).format(amount),
		number: (value) => number.format(value),
		date: (seconds) => (seconds === null ? '' : write(seconds * 1000, {})),
		dateTime: (seconds) => (seconds === null ? '' : write(seconds * 1000, { hour: '2-digit', minute: '2-digit' })),
		user: (id) => (id === 0 ? texts.robot : (world.account.users.get(id)?.name ?? `#${id}`)),
	};
}

/** Dates in the account's time zone; the year only where it is not the present one. */
function dateWriter(locale: string, timeZone: string, now: number) {
	const year = (at: number) => new Intl.DateTimeFormat('en', { timeZone, year: 'numeric' }).format(at);
	const present = year(now);
	return (at: number, time: Intl.DateTimeFormatOptions): string =>
		new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short', ...(year(at) === present ? {} : { year: 'numeric' }), ...time }).format(at);
}
