import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json';
import type { CountryCode } from 'libphonenumber-js/max';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';

import { phoneKeys } from '../../nodes/AmoCrm/fields/phones';

const phoneKey = (text: string, country: string): string => phoneKeys(text, country)[0] ?? '';

describe('phone numbers that are the same have one key', () => {
	it.each([
		['RU', '79123456789', ['+7 (912) 345-67-89', '8 (912) 345-67-89', '8-912-345-67-89', '9123456789', '79123456789', '89123456789', '+79123456789', '+89123456789', '0079123456789', ' 7 912 345 67 89 ', '79123456789.0', '8 912 345 67 89 доб. 12', '+7 912 345-67-89, 115', '+7.912.345.67.89 ext 5', '(912) 345 67 89']],
		['KZ', '77012345678', ['+7 701 234 56 78', '8 701 234 5678', '7012345678']],
		['BR', '551187654321', ['+55 11 98765-4321', '(11) 98765-4321', '011 98765-4321', '+55 11 8765-4321', '5511987654321', '11 8765 4321']],
		['BR', '558987654321', ['(89) 98765-4321', '89987654321']],
		['MX', '525512345678', ['+52 1 55 1234 5678', '+52 55 1234 5678', '55 1234 5678', '5215512345678']],
		['AR', '541123456789', ['+54 9 11 2345-6789', '+54 11 2345-6789', '011 2345-6789', '11 2345 6789']],
		['CO', '573001234567', ['+57 300 123 4567', '300 123 4567', '00573001234567']],
		['UA', '380501234567', ['+380 50 123 45 67', '050 123 45 67', '380501234567', '8 (050) 123-45-67']],
		['BY', '375291234567', ['+375 29 123-45-67', '80 29 123-45-67', '291234567', '8 (029) 123-45-67', '+375 (029) 123-45-67', '+375 (8029) 123-45-67', '8 10 375 29 123-45-67']],
		['US', '12125550123', ['+1 (212) 555-0123', '212-555-0123', '2125550123 x12', '1-212-555-0123']],
		// Trunk prefixes, also behind the calling code, and the carriers that are dialled with them.
		['BR', '551134567890', ['(011) 3456-7890', '+55 (011) 3456-7890', '+55 (0xx11) 3456-7890', '(0XX11) 3456-7890', '0**11 3456-7890', '(0хх11)3456-7890', '0(xx)11 3456-7890', '0 21 11 3456-7890', '+55 0 15 11 3456-7890', 'Fixo: 11 3456-7890', 'Fax: (11) 3456-7890 ramal 5', '11 3456-7890 r. 12']],
		['BR', '553190000003', ['5531990000003@c.us', '5531990000003@s.whatsapp.net', '553190000003:12@s.whatsapp.net', '31 99000-0003', 'https://wa.me/5531990000003', 'tel:+55-31-99000-0003;ext=5']],
		['PE', '5112345678', ['01 234 5678', '+51 1 234 5678', '+51 (01) 2345678', '(01) 234-5678 anexo 5', '1 234 5678']],
		['CL', '56912345678', ['09 1234 5678', '+56 9 1234 5678', '9 1234 5678', '+56 (09) 1234-5678', '(9) 12345678']],
		['CL', '56221234567', ['02 2123 4567', '(2) 2123 4567', '+56 2 2123 4567']],
		['EC', '59322345678', ['02 234 5678', '+593 2 234 5678', '(02) 2345-678', '+593 (0)2 2345678']],
		['AR', '541160003399', ['(11) 15 6000-3399', '011 15-6000-3399', '+54 9 11 6000 3399', '54 9 11 6000 3399', '+54 11 15 6000-3399', '11 6000 3399', '+54 9 11 15 6000-3399', '+54 9 (011) 15-6000-3399', '+549 (011) 6000-3399']],
		['AR', '543511234567', ['0351 15 123-4567', '(0351) 123-4567', '+54 9 351 123-4567', '351 15 1234567']],
		['MX', '525512345678', ['044 55 1234 5678', '01 55 1234 5678', '045 55 1234-5678', '+52 (01) 55 1234 5678', '+52 044 55 1234 5678']],
		['GB', '442079460018', ['+44 (0)20 7946 0018', '020 7946 0018', '0044 20 7946 0018', '44 20 7946 0018', '+44 020 7946 0018', '(020) 7946-0018 #5']],
		['DE', '493012345678', ['030/12345678', '+49 30/123 456 78', '030 / 12345678', '030 12345678', '+49 (0)30 12345678', '0049 30 12345678', '+49 030 1234 5678']],
		['IL', '972501234567', ['050-123-4567', '+972 50 123 4567', '+972 (0)50-123-4567', '00972501234567']],
		['TR', '905321234567', ['0532 123 45 67', '+90 532 123 45 67', '+90 (0532) 123 45 67', '532 123 45 67', '0090 532 1234567']],
		['IN', '919876543210', ['098765 43210', '+91 98765 43210', '+91-0-9876543210', '9876543210', '919876543210']],
		['AE', '971501234567', ['050 123 4567', '+971 50 123 4567', '+971 (0) 50 123 4567', '00971501234567', '٠٥٠ ١٢٣ ٤٥٦٧']],
		['IT', '390612345678', ['06 12345678', '+39 06 1234 5678', '+39 (0)6 12345678', '0039 0612345678']],
		['HU', '36201234567', ['06 20 123 4567', '+36 20 123 4567']],
		['PY', '595981123456', ['0981 123456', '+595 981 123 456', '981 123 456']],
		['RU', '74951234567', ['8 495 123-45-67', 'Fax 8 495 123-45-67', 'Факс: 8(495)1234567', 'Основной 8 495 123 45 67', '+7 (8) 495 123-45-67', '+7 8 (495) 123-45-67', '8 (495) 123-45-67 (115)', '8 495 123-45-67*115', '8\u00A0495\u202F123\u201145\u201167', '+7 495 123-45-67/68', '\u202A+7 495 123-45-67\u202C', '＋７ ４９５ １２３ ４５ ６７', 'моб. 8 495 123 45 67, Анна', '№ 2: 8 495 123-45-67', '84951234567 внутр. 12', '(+7)495-123-45-67']],
		['RU', '375291234567', ['8 10 375 29 123-45-67', '8~10 375 (29) 123-45-67', '375291234567', '+375 (29) 123 45 67', '00375291234567']],
		['RU', '442079460018', ['+44 (0)20 7946 0018', '8-10-44-20-7946-0018', '442079460018']],
		// Neighbours with the same calling code.
		['KZ', '79123456789', ['912 345-67-89', '8 912 345-67-89', '+7 912 345 67 89']],
		['DO', '12125550123', ['(212) 555-0123', '1-212-555-0123', '+1 212 555 0123']],
		['IT', '390612345678', ['0039 06 12345678']],
		['RU', '998901234567', ['998901234567', '+998 90 123-45-67', '8 10 998 90 123-45-67']],
		['UZ', '998901234567', ['8 10 998 90 123-45-67', '90 123-45-67']],
		['AM', '79123456789', ['8 10 7 912 345-67-89']],
	])('%s: %s', (country, key, forms) => {
		for (const form of forms) expect([form, phoneKey(form, country)]).toEqual([form, key]);
	});

	it.each([
		['RU', '+380 50 123 45 67', '380501234567'],
		['ZZ', '912 345 67 89', '9123456789'],
		['BR', '+7 912 345 67 89', '79123456789'],
		['RU', '+86 138 1234 5678', '8613812345678'],
		// A new block of numbers that the table does not have yet.
		['UZ', '+998 10 123 45 67', '998101234567'],
		// Nine and a digit from 2 to 5 is not the landline without the nine.
		['BR', '(11) 94567-1234', '5511945671234'],
		['BR', '(11) 4567-1234', '551145671234'],
	])('in %s %s is %s', (country, given, key) => {
		expect(phoneKey(given, country)).toBe(key);
	});
});

describe('what is no whole number has no key', () => {
	it.each([
		['RU', ['+7 (___) ___-__-__', '+7', '8', '0', '000', '112', '103', 'no digits', 'нет', '', '345-67-89', '+7 (912) ___-__-__', '+7 (912) 345-67-8_', '+7 912 345 67 XX', '+7 912 ***-**-89', '+7 912 345', '8 912 345 67', '0000000000', '+7 (999) 999-99-99', '+7 000 000-00-00', '1-800-FLOWERS', 'ann1990@example.com', '12036304567890@g.us', '912345678901234567890123', '+999 123 456 789', '5f8d0d55b54764421b7156c9', '345-67-89/90', '345-67-89 / 345-67-90']],
		['BR', ['+55 (0xx11)', '3456-7890', '+55 3456-7890', '98765-4321', '(11) 3456', '+55 (011)', '+55']],
		['AR', ['15 6000-3399', '+54 15 6000-3399', '6000-3399']],
		['MX', ['1234 5678', '+52 01', '044']],
		['EC', ['234 5678']],
		['PE', ['234-5678']],
		['DE', ['12345678', '1234']],
		['US', ['555-0123', '+1 555-0123', '555 555 5555']],
		['BY', ['123-45-67', '+375 (__) ___-__-__']],
	])('%s', (country, forms) => {
		for (const form of forms) expect([form, phoneKey(form, country)]).toEqual([form, '']);
	});
});

/** Countries whose numbers are in amoCRM and Kommo the most, with numbers of both kinds. */
const COUNTRIES: CountryCode[] = ['RU', 'KZ', 'BY', 'UA', 'UZ', 'KG', 'TJ', 'TM', 'AM', 'AZ', 'GE', 'MD', 'BR', 'AR', 'MX', 'CO', 'PE', 'CL', 'EC', 'VE', 'BO', 'PY', 'UY', 'CR', 'GT', 'HN', 'PA', 'SV', 'NI', 'DO', 'ES', 'PT', 'GB', 'DE', 'US', 'CA', 'IL', 'TR', 'IN', 'AE', 'FR', 'PL', 'LT', 'LV', 'EE'];

/** The number without the digits that only some write, as the key has it. */
const unmarked = (international: string) => international.slice(1).replace(/^(55\d{2})9([016-9]\d{7})$/, '$1$2').replace(/^(54)9(\d{10})$/, '$1$2');

const separators = fc.constantFrom(' ', '-', '.', '', '\u00A0', '\u2011', ' - ');
const around = fc.constantFrom<[string, string]>(['', ''], ['Fixo: ', ''], ['Fax ', ''], ['Основной ', ''], ['моб.', ''], ['tel:', ''], ['', ' доб. 5'], ['', ' x5'], ['', ' ext 5'], ['', ' ramal 5'], ['', ' #5'], ['', ', доб. 12'], ['(', ')'], ['  ', '\n'], ['WhatsApp: ', ' (Анна)']);

describe.each(COUNTRIES)('%s', (country) => {
	const example = getExampleNumber(country, examples);

	it('has one key for every way of writing', () => {
		if (!example) throw new Error('no example');
		const key = unmarked(example.number);
		const national = example.formatNational();
		const abroad = example.formatInternational();
		const digits = example.number.slice(1);
		const own = String(example.nationalNumber);
		const dialled = national.replace(/\D/g, '');
		const trunk = dialled.endsWith(own) ? dialled.slice(0, -own.length) : '';
		const written = fc.oneof(
			fc.constantFrom(national, abroad, own, trunk === '' ? own : `+${example.countryCallingCode} (${trunk})${own}`, `(${trunk}${own.slice(0, 3)}) ${own.slice(3)}`, example.number, digits, example.getURI(), `00${digits}`, `${digits}@c.us`, `+${digits}@s.whatsapp.net`),
			fc.tuple(fc.constantFrom(national, abroad), separators).map(([text, separator]) => text.replace(/[ -]/g, separator)),
		);
		fc.assert(
			fc.property(written, around, (text, [before, after]) => {
				const framed = text.includes('@') ? text : `${before}${text}${after}`;
				expect([framed, phoneKey(framed, country)]).toEqual([framed, key]);
			}),
		);
	});

	it('agrees with libphonenumber', () => {
		if (!example) throw new Error('no example');
		const national = String(example.nationalNumber);
		// Numbers of the same shape.
		const number = fc.stringMatching(new RegExp(`^${national.slice(0, -5)}\\d{5}$`));
		fc.assert(
			fc.property(number, fc.boolean(), (subscriber, abroad) => {
				const theirs = parsePhoneNumberFromString(abroad ? `+${example.countryCallingCode}${subscriber}` : subscriber, country);
				if (!theirs?.isValid()) return;
				for (const text of [theirs.formatNational(), theirs.formatInternational(), theirs.number]) {
					expect([text, phoneKey(text, country)]).toEqual([text, unmarked(theirs.number)]);
				}
			}),
		);
	});
});

it('knows the countries of the library', () => {
	const strange = getCountries().filter((country) => {
		const example = getExampleNumber(country, examples);
		return example && phoneKey(example.formatNational(), country) !== unmarked(example.number);
	});
	// Their numbers of five and six digits may as well be extensions.
	expect(strange).toEqual(['AC', 'AD', 'TK', 'TV']);
});

it('has the table that the script makes of the library', () => {
	const root = join(__dirname, '../..');
	const made = execFileSync(process.execPath, [join(root, 'scripts/generate-phones.mjs'), '--print'], { encoding: 'utf8' });
	expect(readFileSync(join(root, 'nodes/AmoCrm/fields/numberingPlans.json'), 'utf8') === made).toBe(true);
});
