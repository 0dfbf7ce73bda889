import { UserError } from 'n8n-workflow';

import { remembered } from '../transport/remembered';
import numbering from './numberingPlans.json';
import { show } from './values';

/** Phone numbers as people write them, brought to one form for comparing. The plans of the countries are Google's (see the notice in the table). */
interface Plan {
	/** The calling code. */
	code: string;
	/** What is dialled before a foreign number. */
	idd?: string;
	/** What a national number looks like. */
	pattern: string;
	/** How many digits a national number has. */
	lengths: number[];
	/** The fewest digits of one that is written without its prefix: below that it may be a local one without the area code. */
	barest?: number;
	/** What is dialled before a national number at home, the code of a carrier included. */
	prefix?: string;
	/** What stands for it where the prefix holds a part of the number. */
	transform?: string;
	/** Begins a number without its area code. */
	local?: string;
}

const PLANS: Record<string, Plan> = numbering.plans;
/** The countries of a calling code, the one whose rules hold for all first. */
const COUNTRIES: Record<string, string[]> = numbering.callingCodes;

/** Whether numbers of the country are understood without their calling code. */
export const isKnownCountry = (country: string): boolean => /^[A-Z]{2}$/i.test(country) && country.toUpperCase() in PLANS;

/** No number with its words and its extension is longer. */
const LONGEST = 100;

/** Fewer digits are an extension, a short code or a number without its area code; the most are 15 of E.164 behind a prefix and a carrier. */
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 22;

const EXTENSION = /^(?:ext\p{L}*|доб\p{L}*|вн\p{L}*|ramal|anexo|int\p{L}*|[xх#])[\s.:=№#]*\d{1,6}\D*$/iu;

/** What a telephone dials after a pause: `8 495 123-45-67,,101`. */
const PAUSED = /^\d{1,6}#?$/;

const EXTENSION_IN_BRACKETS = /\s{0,3}\(\d{1,6}$/;

/** Marks of a form's mask for digits that nobody filled in: `+7 (___) ___-__-__`, `+7 912 XXX-XX-89`. */
const MASK = /(?<!\p{L})(?:_|[xх*#]{2,})(?!\p{L})|[•●…]/iu;

/** What Brazilians write for the carrier that everybody chooses: `(0xx11) 3456-7890`. */
const ANY_CARRIER = /0\(?[xх*]{2}\)?(?=[\s).-]{0,3}\d)/giu;

/** WhatsApp's name of a person is the whole number, without a plus. */
const MESSENGER_ID = /^\+?(\d{7,15})(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/i;

/** A run of digits with what stands between them; a plus begins another one. */
const RUNS = /\+?[^\p{L}\d+/\\|,;:#*@"&]*\d(?:[\d\s().\-‐-―\u2212·~]*\d)?/gu;

/** A table that took the number for one with decimals: `79123456789.0`. */
const DECIMALS = /^(\+?\d{7,15})\.0$/;

/** Arabic, Persian and full-width digits. */
const asciiDigits = (text: string): string => text.replace(/[٠-٩۰-۹０-９]/g, (digit) => String(digit.charCodeAt(0) & 0xf)).replace(/＋/g, '+');

/**
 * The phone numbers in one text with commas, semicolons or line breaks between them, as they are written, each with its
 * extension. The mask of a form that nobody filled in is none. Throws a `UserError` for what has no digit, or digits that are no number.
 */
export function phonesIn(text: string): string[] {
	const numbers: string[] = [];
	let separator = '';
	for (const part of text.split(/(,,|[,;\r\n])/)) {
		const number = part.trim();
		if (number.length > LONGEST) throw new UserError(`${show(number)} is too long for a phone number`);
		if (/^[,;\r\n]{1,2}$/.test(part)) separator = part;
		else if (numbers.length > 0 && (EXTENSION.test(number) || (separator === ',,' && PAUSED.test(number)))) numbers.push(`${numbers.pop() ?? ''}${separator}${part.trimEnd()}`);
		else if (!isUnfilled(number)) numbers.push(checked(number));
	}
	return numbers;
}

/** Nothing but the calling code or the trunk digits that a form has written itself, or zeros. */
function isUnfilled(number: string): boolean {
	if (/[^\p{P}\p{S}\s\dxх]/iu.test(number)) return false;
	const digits = number.replace(/\D/g, '');
	if (/^0*$/.test(digits)) return digits !== '' || MASK.test(number) || !/[xх]/iu.test(number);
	if (!/^[(\s]*\+/.test(number) && !MASK.test(number)) return /^[78]$/.test(digits);
	return digits.length <= 5 && (/^80?$/.test(digits) || Object.keys(COUNTRIES).some((code) => [code, `${code}0`, `${code}8`].includes(digits)));
}

function checked(number: string): string {
	const text = asciiDigits(number);
	const isAddress = text.includes('@') && !MESSENGER_ID.test(text);
	if (!/\d/.test(text) || isAddress) throw new UserError(`${show(number)} is not a phone number`);
	if (/^\d[.,]?\d*e\+?\d+$/i.test(text)) throw new UserError(`${show(number)} is a phone number that a spreadsheet has cut. Give it as a text.`);
	if (MASK.test(text.replace(ANY_CARRIER, '0'))) throw new UserError(`${show(number)} is a phone number that is not filled in to its end`);
	return number.replace(DECIMALS, '$1');
}

/** The runs of digits in a text that may be numbers; none in a mask and in an address. */
function digitRuns(text: string): string[] {
	if (text.length > LONGEST) return [];
	const id = MESSENGER_ID.exec(text.trim())?.[1];
	const number = asciiDigits(id === undefined ? text.trim().replace(DECIMALS, '$1') : `+${id}`).replace(ANY_CARRIER, '0');
	return number.includes('@') || MASK.test(number) ? [] : [...number.matchAll(RUNS)].map(([run]) => run);
}

/**
 * What tells phone numbers apart: the digits of the calling code and the national number, of the first whole number in a text.
 * One without a calling code is taken as one of `country` (ISO code such as `RU`). An empty text where there is none: pieces,
 * short numbers and masks have no key.
 */
function phoneKey(text: string, country: string): string {
	for (const run of digitRuns(text)) {
		const key = keyOfRun(run, country) || keyOfRun(run.replace(EXTENSION_IN_BRACKETS, ''), country);
		if (key !== '') return withoutMobileMark(key);
	}
	return '';
}

/** The keys of texts that were asked for last, by country: the node asks for those of one value several times. */
const known = new Map<string, string[]>();
const MOST_KNOWN = 50_000;

/** The keys of all whole numbers in a text, each once. */
export function phoneKeys(text: string, country: string): string[] {
	if (text.length > LONGEST) return [];
	const place = `${country}|${text}`;
	const keys = known.get(place) ?? readKeys(text, country);
	if (known.size >= MOST_KNOWN) known.clear();
	known.set(place, keys);
	return keys;
}

function readKeys(text: string, country: string): string[] {
	const keysIn = (written: string) => new Set(digitRuns(written).map((run) => phoneKey(run, country)).filter((key) => key !== ''));
	const keys = keysIn(text);
	// A slash stands between two numbers, or behind the area code as in Germany: `0151/12345678`.
	return [...(keys.size > 0 ? keys : keysIn(text.replace(/\//g, '-')))];
}

const keyOfRun = (run: string, country: string): string => keyOfDigits(run.replace(/\D/g, ''), run.startsWith('+'), country.toUpperCase());

/** Mobile numbers that are written with and without a digit that says "mobile" (Mexico's 1 is a prefix in the table). */
function withoutMobileMark(key: string): string {
	// Brazil's ninth digit stands before numbers that began with 6 to 9; 9 and a digit from 2 to 5 is another one than the landline.
	// Argentina: 9 after the calling code.
	return key.replace(/^(55\d{2})9([016-9]\d{7})$/, '$1$2').replace(/^(54)9(\d{10})$/, '$1$2');
}

function keyOfDigits(digits: string, hasPlus: boolean, country: string): string {
	const plan = PLANS[country];
	// Some islands have numbers of five digits.
	const fewest = Math.min(FEWEST_DIGITS, ...(plan && !hasPlus ? [Math.max(...plan.lengths)] : []));
	if (digits.length < fewest || digits.length > MOST_DIGITS) return '';
	if (hasPlus) {
		// No calling code begins so: it is a trunk prefix with a plus in front, as in +8 912 345-67-89.
		return callingCodeOf(digits) === undefined && plan ? nationalKey([plan], digits, 'prefix') : international(digits, 'length');
	}
	// Of numbers of unknown lands nothing is known but that they are the same.
	if (!plan) return international(digits, 'exact') || (isOneDigit(digits) ? '' : digits);
	// Where national numbers are of any length, one that begins with the calling code has it.
	const own = plan.barest !== undefined && digits.startsWith(plan.code) ? international(digits, 'exact') : '';
	// Kazakhstan and Russia, the Dominican Republic and the USA: neighbours with the same calling code write theirs alike.
	const neighbours = [plan, ...plansOf(plan.code)];
	const isAbroad = digits.startsWith('00') ? foreign(digits, plan) : '';
	return isAbroad || own || nationalKey(neighbours, digits, 'valid') || foreign(digits, plan) || nationalKey(neighbours, digits, 'prefix') || withoutPlus(digits);
}

/** Behind what is dialled for calls abroad, or behind the calling code of the country itself. */
function foreign(digits: string, { code, idd }: Plan): string {
	for (const prefix of ['00', ...(idd === undefined ? [] : [idd])]) {
		const dialled = pattern(prefix).exec(digits)?.[0];
		const key = dialled === undefined ? '' : international(digits.slice(dialled.length), 'length');
		if (key !== '') return key;
	}
	return digits.startsWith(code) ? international(digits, 'length') : '';
}

/** Eleven digits are a calling code and a number; fewer may as well lack their area code. */
const withoutPlus = (digits: string): string => (digits.length >= 11 ? international(digits, 'exact') : '');

/** The key of a number that begins with a calling code. `length`: one of the right length will do, as new blocks of numbers are opened every year. */
function international(digits: string, mode: 'length' | 'exact'): string {
	const code = callingCodeOf(digits);
	if (code === undefined || digits.length < FEWEST_DIGITS) return '';
	// Argentina's mobile mark in both forms, 9 and 15: one is enough.
	const number = digits.slice(code.length).replace(code === '54' ? /^9(?=\d{11,}$)/ : '', '');
	return nationalKey(plansOf(code), number, mode);
}

const plansOf = (code: string): Plan[] => (COUNTRIES[code] ?? []).flatMap((country) => PLANS[country] ?? []);

const callingCodeOf = (digits: string): string | undefined => [1, 2, 3].map((length) => digits.slice(0, length)).find((code) => code in COUNTRIES);

/**
 * The key of a national number, with its prefix or without. `exact`: as it stands it looks like a number of the plan.
 * `valid`: so it does with its prefix or, long enough to have an area code, without. `prefix`: behind a prefix the length will
 * do. `length`: it will do anyway.
 */
function nationalKey(plans: Plan[], digits: string, mode: 'exact' | 'valid' | 'prefix' | 'length'): string {
	const [plan] = plans;
	if (!plan) return '';
	const isValid = (number: string) => plans.some((own) => own.lengths.includes(number.length) && pattern(`(?:${own.pattern})$`).test(number));
	const isPossible = (number: string) => plans.some(({ lengths }) => lengths.includes(number.length)) && !/^0/.test(number) && !number.startsWith(plan.local ?? 'none');
	const behind = mode === 'exact' ? digits : behindPrefix(digits, plan);
	const isBareEnough = mode === 'valid' ? digits.length >= (plan.barest ?? 0) : mode !== 'prefix';
	const number =
		(behind !== digits && isValid(behind) ? behind : undefined) ??
		(isBareEnough && isValid(digits) ? digits : undefined) ??
		(mode === 'length' && isPossible(digits) ? digits : undefined) ??
		((mode === 'length' || mode === 'prefix') && behind !== digits && isPossible(behind) ? behind : undefined);
	return number === undefined || isOneDigit(number) ? '' : plan.code + number;
}

/** What people type to get past a form: no number of an account is worth such strangers. */
const isOneDigit = (number: string): boolean => /^(\d)\1*$/.test(number);

function behindPrefix(digits: string, { prefix, transform }: Plan): string {
	const found = prefix === undefined ? null : pattern(prefix).exec(digits);
	if (!found) return digits;
	const rest = digits.slice(found[0].length);
	// As in the library: the rule holds where its last group has found something.
	return transform !== undefined && found[found.length - 1] !== undefined && found.length > 1
		? found[0].replace(pattern(prefix ?? ''), transform) + rest
		: rest;
}

/** A pattern of the table at the beginning of a text. It only meets digits, few of them. */
const pattern = remembered((source: string) => new RegExp(`^(?:${source})`));

/** What may stand before the last two digits of a number; a no-break space comes along from web pages. */
const SEPARATORS = ['-', ' ', '.', '\u00A0'];

/**
 * Texts to search a phone number by. amoCRM compares texts as they are, so together they find every way of writing: either
 * the last three digits stand together, or the last two are a group of their own. More digits would miss numbers that are
 * grouped otherwise; of the many hits the whole number is compared.
 */
export function phoneSearchTexts(key: string): string[] {
	return [key.slice(-3), ...SEPARATORS.map((separator) => `${key.slice(-4, -2)}${separator}${key.slice(-2)}`)];
}
