import fc from 'fast-check';

import { conventionsFrom } from '../../../nodes/AmoCrm/fields/conventions';
import { toMoney, toNumber } from '../../../nodes/AmoCrm/fields/numbers';

const accountOf = (country?: string, currency?: string, language?: string) => () => conventionsFrom({ country, currency, language });
const NOTHING = accountOf();
const readings = (...ways: string[]) => new RegExp(`can mean ${ways.map((way) => way.replace('.', '\\.')).join(' or ')}\\.`);
const NO_AMOUNT = /is not an amount/;

describe('numbers that need no account', () => {
	it.each<[unknown, number]>([
		[1500, 1500], [-0.5, -0.5], [1e21, 1e21],
		['1500', 1500], ['+1500', 1500], ['-1500', -1500], ['\u22121500', -1500], ['- 1 500', -1500], ['0', 0], ['-0', 0], ['007', 7],
		['1.5', 1.5], ['12,5', 12.5], ['12.50', 12.5], ['0.125', 0.125], ['0,125', 0.125], ['.5', 0.5], [',25', 0.25], ['1234.567', 1234.567], ['1500,505', 1500.505], ['12.3450', 12.345], ['1.23456', 1.23456],
		['1.234.567', 1234567], ['1,234,567', 1234567], ['1 234 567', 1234567], ["1'234'567", 1234567], ['12\u2019345', 12345], ['12 345', 12345],
		['1.234,50', 1234.5], ['1,234.50', 1234.5], ['1 234,50', 1234.5], ['1\u00a0234,50', 1234.5], ['1\u202f234.5', 1234.5], ["1'234.50", 1234.5], ["1'234,50", 1234.5], ['1.234.567,89', 1234567.89], ['1.234,567', 1234.567],
		['1,23,456.00', 123456], ['12,34,567', 1234567], ['1,23,456', 123456],
		['1 500,50 ₽', 1500.5], ['1500 руб.', 1500], ['1500р.', 1500], ['1500 рублей', 1500], ['₽ 1500', 1500], ['$1,500.50', 1500.5], ['-$5', -5], ['$-5', -5], ['($1,500.00)', -1500], ['(1.500,00 €)', -1500],
		['R$ 1.234,50', 1234.5], ['MX$1,234.50', 1234.5], ['US$ 5', 5], ['S/ 1,234.50', 1234.5], ['S/. 12', 12], ['Bs. 12', 12], ['1 234,50 Kč', 1234.5], ['1 500,- Kč', 1500], ["CHF 1'500.-", 1500], ['1500 USD', 1500], ['usd 1500', 1500], ['EUR 1.234,50', 1234.5], ['$1,500.50 USD', 1500.5],
		['1.500,-', 1500], ['€ 1.500,-', 1500], ['1,500.-', 1500], ['1,500.', 1500], ['(1.500,-)', -1500], ['5.', 5],
		['250 000 сум', 250000], ['5 000 тенге', 5000], ['100 грн', 100], ['12,50 zł', 12.5],
		['\u0661\u0662\u066c\u0663\u0664\u0665\u066b\u0666\u0667', 12345.67], ['\u0661\u0662\u066b\u0663\u0664\u0665', 12.345], ['\u06f1\u06f5\u06f0', 150], ['\uff11\uff12\uff0e\uff15', 12.5], ['\u200b1500\ufeff', 1500],
		['9007199254740991', 9007199254740991],
	])('%j is %d', (given, expected) => {
		for (const read of [toMoney, toNumber]) {
			expect(read(given)).toBe(expected);
			expect(read(given, () => { throw new Error('the account was asked'); })).toBe(expected);
		}
	});

	it.each([
		'', ' ', '-', '$', 'много', '1500,500.25', '12 34', '1 50', '1,2,3', '1.23.456', '1,2345,678', '1 234 56', '1.234 567', "1'23", '12,34,56', '0,123,456', '1,234.567,89',
		'5 млн', '5 тыс', '12k', '12 K', '5 mil', '2M', '10 lakh', '15%', '5 шт', '1e3', '0x10', '5-', '5 - 6', '1/2', '5\u00b2', '\u00bd', '(5', '5)', '-(5)', '--5', '$5$5', 'S/.500', 'Rs.500', '5 5', '10:30', 'Infinity', 'NaN',
		'5,', '1,500,', '9007199254740993', '123456789012345678', `${'1'.repeat(200)}`, true, null, undefined, {}, [], NaN, Infinity, -Infinity, new Date(0),
	])('%j is refused', (given) => {
		expect(() => toMoney(given)).toThrow(/is not an amount|more digits than/);
		expect(() => toNumber(given)).toThrow(/is not an amount|more digits than/);
	});
});

describe('three digits behind one separator', () => {
	const open = ['12,345', '12.345', '1.500', '123,456', '-12.345', '$12.000', '€1.500', '1,500 руб', '\uff11\uff12\uff0c\uff13\uff14\uff15', '012,345'];

	it.each(open)('%s is refused with both readings where the account does not decide', (given) => {
		for (const account of [undefined, NOTHING, accountOf('ZZ9'), accountOf(undefined, 'EUR'), accountOf(undefined, undefined, 'nonsense')]) {
			expect(() => toMoney(given, account)).toThrow(/can mean -?\d+ or -?\d+\.\d{3}\. Write -?\d+ or -?\d+\.\d{3}0/);
			expect(() => toNumber(given, account)).toThrow(/can mean/);
		}
	});

	it.each<[string, () => ReturnType<typeof conventionsFrom>, number | RegExp, number | RegExp]>([
		['12,345', accountOf('US', 'USD'), 12345, 12345],
		['12.345', accountOf('US', 'USD'), readings('12345', '12.345'), 12.345],
		['$12.000', accountOf('US', 'USD'), readings('12000', '12.000'), readings('12000', '12.000')],
		['12.000', accountOf('BR', 'BRL'), 12000, 12000],
		['R$ 12.000', accountOf('BR', 'USD'), 12000, 12000],
		['12,345', accountOf('BR', 'BRL'), readings('12345', '12.345'), 12.345],
		['$12.000', accountOf('CO', 'COP'), 12000, 12000],
		['€1.500', accountOf('ES', 'EUR'), 1500, 1500],
		['12,345', accountOf('MX', 'MXN'), 12345, 12345],
		['12,345', accountOf('RU', 'RUB'), readings('12345', '12.345'), 12.345],
		['12.345', accountOf('RU', 'RUB'), readings('12345', '12.345'), readings('12345', '12.345')],
		['12,345', accountOf('PE', 'PEN'), 12345, 12345],
		['12.345', accountOf('PY', 'PYG'), 12345, 12345],
		// A currency alone, by the country in its code; a language alone.
		['12.345', accountOf(undefined, 'BRL'), 12345, 12345],
		['12,345', accountOf(undefined, 'USD'), 12345, 12345],
		['12,345', accountOf(undefined, undefined, 'en'), 12345, 12345],
		['12.345', accountOf(undefined, undefined, 'pt'), 12345, 12345],
		['12.345', accountOf(undefined, undefined, 'es'), readings('12345', '12.345'), readings('12345', '12.345')],
		// Two countries that read it differently.
		['12,345', accountOf('US', 'BRL'), readings('12345', '12.345'), readings('12345', '12.345')],
		['12.345', accountOf('EC', 'USD'), 12345, 12345],
	])('%s', (given, account, money, number) => {
		for (const [read, expected] of [[toMoney, money], [toNumber, number]] as const) {
			if (expected instanceof RegExp) expect(() => read(given, account)).toThrow(expected);
			else expect(read(given, account)).toBe(expected);
		}
	});
});

const STYLES: Array<{ group: RegExp; by: string; decimal: string }> = [
	...[[' ', ','], [' ', '.'], ['\u00a0', ','], ['\u202f', '.'], ['.', ','], [',', '.'], ["'", '.'], ["'", ','], ['\u066c', '\u066b']].map(([by = '', decimal = '']) => ({ group: /(?<=\d)(?=(?:\d{3})+$)/g, by, decimal })),
	{ group: /(?<=\d)(?=(?:\d{2})*\d{3}$)/g, by: ',', decimal: '.' },
	{ group: /$^/, by: '', decimal: ',' },
	{ group: /$^/, by: '', decimal: '.' },
];
const MARKS: Array<(text: string) => string> = [(text) => text, (text) => `${text} ₽`, (text) => `$${text}`, (text) => `R$ ${text}`, (text) => `${text} EUR`, (text) => `${text} руб.`];

test('a number in any style is that number or is refused with it among the readings, never another one', () => {
	const parts = fc.record({
		whole: fc.integer({ min: 0, max: 999_999_999 }),
		fraction: fc.stringMatching(/^[0-9]{0,4}$/),
		style: fc.constantFrom(...STYLES),
		mark: fc.constantFrom(...MARKS),
		sign: fc.constantFrom('', '-'),
		account: fc.constantFrom(undefined, NOTHING, accountOf('RU', 'RUB'), accountOf('DE', 'EUR'), accountOf('CH', 'CHF')),
	});
	fc.assert(
		fc.property(parts, ({ whole, fraction, style, mark, sign, account }) => {
			const text = mark(`${sign}${String(whole).replace(style.group, style.by)}${fraction === '' ? '' : style.decimal + fraction}`);
			const expected = Number(`${sign}${whole}.${fraction || '0'}`) + 0;
			let read: number;
			try {
				read = toMoney(text, account);
			} catch (error) {
				expect((error as Error).message).toContain('can mean');
				expect((error as Error).message).toContain(fraction === '' ? ` ${expected}` : `${whole}.${fraction}`);
				return;
			}
			// What an account decides may be the other reading of an open text; nothing else may.
			const isOpen = /^\D*\d{1,3}[.,]\d{3}\D*$/.test(text) && !/\D0+[.,]/.test(` ${text}`);
			if (!isOpen) expect(read).toBe(expected);
		}),
		{ numRuns: 3000 },
	);
});

test('whatever text comes, it is read or refused in time that grows with its length only', () => {
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,\' -+()$₽рубeEUR/\u066b\u066c٣') }), (text) => {
			try {
				expect(Number.isFinite(toMoney(text))).toBe(true);
			} catch (error) {
				expect((error as Error).message).toMatch(/is not an amount|can mean|more digits/);
			}
		}),
		{ numRuns: 3000 },
	);
	for (const text of ['1'.repeat(1e6), ' '.repeat(1e6), `${'1.'.repeat(5e5)}`, `${'('.repeat(1e6)}`]) expect(() => toMoney(text)).toThrow(NO_AMOUNT);
});
