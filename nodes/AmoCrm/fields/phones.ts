import { UserError } from 'n8n-workflow';

import { show } from './values';

/**
 * Phone numbers as people write them, brought to one form for comparing. Source of the lengths: ITU E.164 and the
 * national numbering plans of the countries where amoCRM and Kommo are used.
 */
interface NumberingPlan {
	callingCode: string;
	/** Digits of a national number, without the trunk prefix. */
	lengths: number[];
	/** What people dial before a national number at home. */
	trunk?: string;
}

const PLANS: Record<string, NumberingPlan> = {
	AM: { callingCode: '374', lengths: [8], trunk: '0' },
	AR: { callingCode: '54', lengths: [10], trunk: '0' },
	AZ: { callingCode: '994', lengths: [9], trunk: '0' },
	BO: { callingCode: '591', lengths: [8] },
	BR: { callingCode: '55', lengths: [10, 11], trunk: '0' },
	BY: { callingCode: '375', lengths: [9], trunk: '80' },
	CL: { callingCode: '56', lengths: [9] },
	CO: { callingCode: '57', lengths: [10] },
	CR: { callingCode: '506', lengths: [8] },
	DO: { callingCode: '1', lengths: [10] },
	EC: { callingCode: '593', lengths: [8, 9], trunk: '0' },
	ES: { callingCode: '34', lengths: [9] },
	GE: { callingCode: '995', lengths: [9], trunk: '0' },
	GT: { callingCode: '502', lengths: [8] },
	HN: { callingCode: '504', lengths: [8] },
	KG: { callingCode: '996', lengths: [9], trunk: '0' },
	KZ: { callingCode: '7', lengths: [10], trunk: '8' },
	MD: { callingCode: '373', lengths: [8], trunk: '0' },
	MX: { callingCode: '52', lengths: [10] },
	PA: { callingCode: '507', lengths: [8] },
	PE: { callingCode: '51', lengths: [8, 9], trunk: '0' },
	PT: { callingCode: '351', lengths: [9] },
	PY: { callingCode: '595', lengths: [9], trunk: '0' },
	RU: { callingCode: '7', lengths: [10], trunk: '8' },
	TJ: { callingCode: '992', lengths: [9] },
	TM: { callingCode: '993', lengths: [8], trunk: '8' },
	UA: { callingCode: '380', lengths: [9], trunk: '0' },
	US: { callingCode: '1', lengths: [10] },
	UY: { callingCode: '598', lengths: [8], trunk: '0' },
	UZ: { callingCode: '998', lengths: [9] },
	VE: { callingCode: '58', lengths: [10], trunk: '0' },
};

/** Mobile numbers that are written with and without a digit that says "mobile": the digit is dropped. */
const MOBILE_MARKS = [
	// Brazil: 9 after the two-digit area code. Argentina: 9, Mexico: 1 after the calling code.
	{ pattern: /^(55\d{2})9(\d{8})$/, without: '$1$2' },
	{ pattern: /^(54)9(\d{10})$/, without: '$1$2' },
	{ pattern: /^(52)1(\d{10})$/, without: '$1$2' },
];

const EXTENSION_MARK = '(?:ext|доб|вн|ramal|anexo|int|x|х)\\p{L}*\\.?:?\\s*\\d+';

const EXTENSION = new RegExp(`\\s*(?:[,;#].*|${EXTENSION_MARK}.*)$`, 'iu');

/** The phone numbers in one text. Throws a `UserError` for what is none. */
export function phonesIn(text: string): string[] {
	const numbers: string[] = [];
	for (const part of text.split(/[,;\r\n]/)) {
		const number = part.trim();
		if (number === '') continue;
		if (number.length > 100) throw new UserError(`${show(number)} is too long for a phone number`);
		const isExtension = numbers.length > 0 && new RegExp(`^${EXTENSION_MARK}$`, 'iu').test(number);
		if (isExtension) numbers.push(`${numbers.pop() ?? ''}, ${number}`);
		else if (/\d/.test(number)) numbers.push(number);
		else throw new UserError(`${show(number)} is not a phone number`);
	}
	return numbers;
}

/** Fewer digits are an extension or a short code: they are compared as they are. */
const SHORTEST = 7;

/**
 * The digits that tell a phone number apart: calling code and national number. Numbers without a calling code are taken
 * as numbers of `country` (ISO code such as `RU`). An empty text when there are no digits.
 */
export function phoneKey(text: string, country: string): string {
	const number = text.trim().slice(0, 100).replace(EXTENSION, '');
	const digits = number.replace(/\D/g, '');
	if (digits.length < SHORTEST) return '';
	const plan = PLANS[country.toUpperCase()];
	return MOBILE_MARKS.reduce((key, { pattern, without }) => key.replace(pattern, without), international(number, digits, plan));
}

function international(number: string, digits: string, plan: NumberingPlan | undefined): string {
	if (/^\(?\+/.test(number)) {
		// No calling code begins with 89: it is a Russian mobile number, its trunk prefix with a plus in front.
		return /^89\d{9}$/.test(digits) ? `7${digits.slice(1)}` : digits;
	}
	if (digits.startsWith('00')) return digits.slice(2);
	if (!plan) return digits;
	const isNational = (rest: string) => plan.lengths.includes(rest.length);
	if (isNational(digits)) return plan.callingCode + digits;
	if (plan.trunk && digits.startsWith(plan.trunk) && isNational(digits.slice(plan.trunk.length))) {
		return plan.callingCode + digits.slice(plan.trunk.length);
	}
	return digits;
}

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

/** Whether numbers of the country are understood without their calling code. */
export const isKnownCountry = (country: string): boolean => country.toUpperCase() in PLANS;
