import { UserError } from 'n8n-workflow';

import type { Conventions } from './conventions';
import { MAX_VALUE_LENGTH, show } from './values';

/** A number of any kind: a quantity, a size. See `toMoney` for what is taken. */
export const toNumber = (value: unknown, conventions?: () => Conventions): number => numberOf(value, 'number', conventions);

/**
 * Money as a number. Takes finite numbers as they are, and texts with or without a currency: `1500.5`, `1 500,50 ₽`,
 * `$1,500.50`, `R$ 1.234,50`, `1'234.50`, `12,34,567.00`, `(1,500.00)` for a negative one.
 * Three digits behind the only separator (`12,345`) are thousands or a fraction: the account's conventions decide, and
 * what they leave open is refused with both readings; so is money with a fraction of three digits.
 */
export const toMoney = (value: unknown, conventions?: () => Conventions): number => numberOf(value, 'money', conventions);

const GROUPED = /^[1-9]\d{0,2}(?:([ ',.])\d{3})(?:\1\d{3})*$|^[1-9]\d?(?:,\d{2})+,\d{3}$/;

function numberOf(value: unknown, kind: 'number' | 'money', conventions?: () => Conventions): number {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	const refusal = () => new UserError(`${show(value)} is not an amount. Give a number such as 1500 or 1500.50.`);
	if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) throw refusal();
	const parts = partsOf(value);
	if (!parts) throw refusal();
	const { sign, digits, hasCurrency } = parts;
	const last = /[.,](?=\d*$)/.exec(digits);
	const isOnce = last !== null && digits.indexOf(last[0]) === last.index;
	const [whole, fraction] = last && isOnce ? [digits.slice(0, last.index), digits.slice(last.index + 1)] : [digits, ''];
	if (whole !== '' && !/^\d+$/.test(whole) && !GROUPED.test(whole)) throw refusal();
	const isOpen = last !== null && fraction.length === 3 && /^\d{1,3}$/.test(whole) && !/^0+$/.test(whole);
	const thousands = whole + fraction;
	const exact = Number(`${sign}${whole.replace(/\D/g, '') || '0'}.${fraction || '0'}`);
	if (!isOpen) {
		if (Math.abs(exact) <= Number.MAX_SAFE_INTEGER) return exact + 0;
		throw new UserError(`${show(value)} has more digits than a number can hold exactly.`);
	}
	const readings = new Set(
		(conventions?.().separators ?? []).flatMap(({ group, decimal }) => (last[0] === group ? 'thousands' : last[0] === decimal ? 'fraction' : [])),
	);
	if (readings.size === 1 && readings.has('thousands')) return Number(sign + thousands);
	if (readings.size === 1 && kind === 'number' && !hasCurrency) return exact;
	throw new UserError(
		`${show(value)} can mean ${sign}${thousands} or ${sign}${whole}.${fraction}. Write ${sign}${thousands} or ${sign}${whole}.${fraction}0, or give a number instead of a text.`,
	);
}

/** Zeros of the digits of Arabic, Persian and Hindi; those of full width follow ASCII's order. */
const ZEROS = [0x660, 0x6f0, 0x966];

/** Spaces and marks of every script in one form each: `1 234.5`. Arabic marks say by themselves what they separate. */
function plainly(text: string): string {
	return text
		.replace(/[\uFF01-\uFF5E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
		.replace(/[\u0660-\u0669\u06F0-\u06F9\u0966-\u096F]/g, (digit) => String(digit.charCodeAt(0) - (ZEROS.find((zero) => digit.charCodeAt(0) - zero < 10) ?? 0)))
		.replace(/[\u200B-\u200F\u2060\u2066-\u2069\uFEFF]/g, '')
		.replace(/[\u2212\u2013\u2014]/g, '-')
		.replace(/[\u2019\u02BC\u066C`]/g, "'")
		.replace(/\s+/g, ' ')
		.trim();
}

/** Sign, digits with their separators, and whether a currency stands beside them; nothing for what is no number. */
function partsOf(given: string): { sign: '' | '-'; digits: string; hasCurrency: boolean } | undefined {
	const [, head = '', body = '', tail = ''] = /^([^\d]*?)([.,]?\d(?:[\d .,'\u066B]*\d)?)([^\d]*)$/.exec(plainly(given)) ?? [];
	const [, outer = '', before = '', inner = ''] = /^([-+(]?)(.*?)([-+(]?) ?$/.exec(head) ?? [];
	const sign = outer + inner;
	const isBracketed = sign === '(' && tail.endsWith(')');
	// `1500,-` and `1500.` have no cents, and say what stands before them: `1.500,-` are thousands.
	const [, mark = '', after = ''] = /^(?:([.,](?=-)|\.(?=$))-?)?(.*)$/.exec(isBracketed ? tail.slice(0, -1) : tail) ?? [];
	const amount = mark === '' || body.includes(mark) ? body : `${body}${mark}00`;
	const marks = [before, after].map((text) => text.toLowerCase().replace(/[\s.]/g, '')).filter((text) => text !== '');
	if (body === '' || sign.length > 1 || (sign === '(' && !isBracketed) || !marks.every(isCurrency)) return undefined;
	// The point of `Rs.500` belongs to the currency.
	if (/^\D/.test(body) && marks.length > 0) return undefined;
	// Arabic has a decimal mark of its own: with zeros behind, nothing is open.
	const digits = body.includes('\u066B') ? `${body.replace(/[.,]/g, '?').replace('\u066B', '.')}0000` : amount;
	return { sign: sign === '-' || isBracketed ? '-' : '', digits, hasCurrency: marks.length > 0 };
}

/** Currencies in words and short forms, without points. A word that multiplies, such as "mil" or "тыс", must never stand here. */
const CURRENCIES = new Set(
	(
		'р руб rur рубль рубля рублей рублях ₽ грн гривна гривны гривен тг тнг тенге сум сўм сом сомов лей леев лари драм драмов манат маната манатов br ' +
		'доллар доллара долларов евро dollar dollars dólar dólares dolar dolares euro euros peso pesos real reais sol soles bolívares bolivares ' +
		"s/ b/ bs bsf bss gs l q ft fr sfr kč kc kr zł zl lei lv лв tl rs so'm som man din"
	).split(' '),
);

let isoCodes: Set<string> | undefined;

/** A sign with at most the letters of a country (`R$`, `MX$`, `USD $`), an ISO code, or one of the words. */
function isCurrency(mark: string): boolean {
	if (CURRENCIES.has(mark) || /^\p{L}{0,3}\p{Sc}\p{L}{0,3}$/u.test(mark)) return true;
	isoCodes ??= new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));
	return isoCodes.has(mark);
}
