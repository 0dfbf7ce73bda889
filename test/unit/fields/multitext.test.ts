import * as fc from 'fast-check';

import { changesOf } from '../../../nodes/AmoCrm/fields/changes';
import { emailKeys, emailsIn } from '../../../nodes/AmoCrm/fields/emails';
import { entriesOf, entriesTotal, keysOf } from '../../../nodes/AmoCrm/fields/multitext';
import { phonesIn } from '../../../nodes/AmoCrm/fields/phones';

const PHONE = { code: 'PHONE' };
const EMAIL = { code: 'EMAIL' };

function joined(values: unknown[], field: { code: string }) {
	const total = entriesTotal(field, 'RU');
	for (const value of values) total.add(value);
	return total.value();
}

/** Whether a contact that has one phone needs no change for another to be on it. */
function isOn(value: string, known: string): boolean {
	const phone = (text: string) => ({ custom_fields_values: [{ field_code: 'PHONE', values: [{ value: text }] }] });
	const rules = { appendValues: true, appendTags: true, country: 'RU', definitions: [] };
	return changesOf({ id: 1, ...phone(known) }, { body: phone(value), links: [] }, rules).changed.length === 0;
}

describe('addresses in what mail programs write', () => {
	it.each<[string, string[]]>([
		['ann@example.com, xenia1990@gmail.com', ['ann@example.com', 'xenia1990@gmail.com']],
		['ann@example.com;inter24@mail.ru', ['ann@example.com', 'inter24@mail.ru']],
		['ann@example.com ext5@example.com\nint7@example.com', ['ann@example.com', 'ext5@example.com', 'int7@example.com']],
		['Ann <ann@example.org>', ['ann@example.org']],
		['<ann@example.org>', ['ann@example.org']],
		['"Doe, Ann" <ann@example.org>, bob@x.ru; Carl <carl@x.ru>', ['ann@example.org', 'bob@x.ru', 'carl@x.ru']],
		['Doe, Ann <ann@example.org>', ['ann@example.org']],
		['"ann@example.org" <ann@example.org>', ['ann@example.org']],
		['ann@example.org <ann@example.org>', ['ann@example.org']],
		['Ann\r\n <ann@example.org>', ['ann@example.org']],
		['=?UTF-8?B?0JDQvdC9?= <ann@example.org>', ['ann@example.org']],
		['Team: ann@example.org, bob@x.ru;', ['ann@example.org', 'bob@x.ru']],
		['mailto:ann@example.org?subject=Hi,%20Ann', ['ann@example.org']],
		['[Ann](mailto:ann@example.org)', ['ann@example.org']],
		['E-mail: ann@example.org (office)', ['ann@example.org']],
		["'ann@example.org'", ['ann@example.org']],
		['ann@example.org., ,; .', ['ann@example.org']],
		['“ann@example.org”, «bob@x.ru»', ['ann@example.org', 'bob@x.ru']],
		["o'neil+tag@mail.example.co.uk", ["o'neil+tag@mail.example.co.uk"]],
		['почта@пример.рф, user@xn--e1afmkfd.xn--p1ai', ['почта@пример.рф', 'user@xn--e1afmkfd.xn--p1ai']],
		['Ann@Example.org, ann@example.org ANN@EXAMPLE.ORG', ['Ann@Example.org']],
		['-', []],
	])('%j', (text, addresses) => {
		expect(emailsIn(text)).toEqual(addresses);
	});

	it.each<[string, string]>([
		['нет', 'нет'],
		['ann@', 'ann@'],
		['https://example.org/?e=ann@example.org', 'https://example.org/?e=ann@example.org'],
		['https://ann@example.org', 'https://ann@example.org'],
		['@example.org', '@example.org'],
		['ann@example', 'ann@example'],
		['ann@@example.org', 'ann@@example.org'],
		['ann @example.org', '@example.org ann'],
		['ann@example,org', 'ann@example org'],
		['ann@192.168.0.1', 'ann@192.168.0.1'],
		['ann bob@example.org', 'ann'],
		['ann@example.org, none', 'none'],
		['none, ann@example.org', 'none'],
		['(none)', 'none'],
		['+7 912 345-67-89', '+7 912 345-67-89'],
		[`${'a'.repeat(65)}@example.org`, `${'a'.repeat(65)}@example.org`],
	])('%j is refused', (text, named) => {
		expect(() => emailsIn(text)).toThrow(`'${named}' is not an email address`);
	});

	const address = fc.emailAddress().filter((text) => text.length < 100);
	const written = fc.tuple(
		address,
		fc.constantFrom((a: string) => a, (a: string) => `<${a}>`, (a: string) => `Ann Doe <${a}>`, (a: string) => `"Doe, Ann; x5" <${a}>`, (a: string) => `mailto:${a.replace(/\?/g, '')}`, (a: string) => `${a} (Ann)`),
	);

	it('are all found, whatever stands between them', () => {
		fc.assert(
			fc.property(fc.array(written.filter(([text]) => !text.includes('?')), { minLength: 1, maxLength: 8 }), fc.constantFrom(', ', ';', '; ', '\n', ',\r\n\t', ' , '), (list, separator) => {
				const expected = [...new Map(list.map(([text]) => [text.toLowerCase(), text])).values()];
				expect(emailsIn(list.map(([text, frame]) => frame(text)).join(separator)).sort()).toEqual(
					// The first way of writing stays.
					expected.map((text) => list.find(([other]) => other.toLowerCase() === text.toLowerCase())?.[0]).sort(),
				);
			}),
		);
	});

	it('are found in a value that amoCRM has, and nothing else', () => {
		expect(emailKeys('Ann <Ann@Example.org>, none')).toEqual(['ann@example.org']);
		expect(emailKeys('none')).toEqual([]);
	});
});

describe('phones of one text', () => {
	it.each<[string, string[]]>([
		['+7 495 000-00-00, доб. 5; 8 912 345-67-89', ['+7 495 000-00-00, доб. 5', '8 912 345-67-89']],
		['8 (495) 123-45-67, вн. 12, 8 912 345 67 89', ['8 (495) 123-45-67, вн. 12', '8 912 345 67 89']],
		['tel:+7-912-345-67-89;ext=5', ['tel:+7-912-345-67-89;ext=5']],
		['+7 912 345-67-89\n\n8 913 000-00-01\r\n', ['+7 912 345-67-89', '8 913 000-00-01']],
		['8 495 123-45-67,,101, 8 912 345-67-89,,8 913 000-00-01', ['8 495 123-45-67,,101', '8 912 345-67-89', '8 913 000-00-01']],
		['103', ['103']],
		['79123456789.0', ['79123456789']],
		['5531990000003@c.us', ['5531990000003@c.us']],
		['+55 (0xx11) 3456-7890', ['+55 (0xx11) 3456-7890']],
		...['+7 (___) ___-__-__', '+7', '8', '0', '000', '+', '-', '8 (___) ___-__-__', '+375 (__) ___-__-__', '+55 (0__) ____-____', '+7 (xxx) xxx-xx-xx', '(___) ___', ' , ;'].map((text): [string, string[]] => [text, []]),
	])('%j', (text, numbers) => {
		expect(phonesIn(text)).toEqual(numbers);
	});

	it.each([
		['нет', "'нет' is not a phone number"],
		['8 912 345-67-89, нет', "'нет' is not a phone number"],
		['ann1990@example.com', 'is not a phone number'],
		['7.9123E+10', 'a spreadsheet has cut'],
		['+7 (912) 345-__-__', 'not filled in to its end'],
		['1'.repeat(101), 'too long for a phone number'],
	])('%j is refused', (text, message) => {
		expect(() => phonesIn(text)).toThrow(message);
	});
});

describe('entries', () => {
	const MOB = { value: '+7 912 345-67-89', enum_code: 'MOB' };
	const plain = { value: '8 913 000-00-01' };

	it.each<[string, unknown]>([
		['objects in a list', [{ value: '+7 912 345-67-89', kind: 'mob' }, '8 913 000-00-01']],
		['JSON text', '[{"value": "+7 912 345-67-89", "kind": "MOB"}, {"value": "8 913 000-00-01"}]'],
		['JSON texts in a list', ['{"value": "+7 912 345-67-89", "kind": "MOB"}', '8 913 000-00-01']],
		['values as amoCRM gives them', [{ value: '+7 912 345-67-89', enum_code: 'MOB', enum_id: 1 }, { value: '8 913 000-00-01', enum_code: null }]],
		['a field as amoCRM gives it', { field_id: 1, field_code: 'PHONE', values: [MOB, plain] }],
		['several in one object', [MOB, { value: '8 913 000-00-01, 8 (913) 000-00-01' }, null, '', { value: '', kind: 'FAX' }]],
		['themselves', [MOB, plain]],
	])('come from %s', (_what, given) => {
		expect(entriesOf(given, PHONE)).toEqual([MOB, plain]);
	});

	it.each<[unknown, RegExp]>([
		[NaN, /'NaN' is not a phone number/],
		[Infinity, /'Infinity' is not a phone number/],
		[{ value: NaN }, /'NaN' is not a phone number/],
		[{ value: { number: 5 } }, /is not a phone number/],
		[{ phone: '+7' }, /has no "value"/],
		[true, /'true' is not a phone number/],
		[[['a']], /is not a phone number/],
		['{"value": "+7 912 345-67-89", "kind": "MOB"', /is no JSON/],
		["[{'value': '+7 912 345-67-89'}]", /is no JSON/],
		['[{value: "+7 912 345-67-89"}]', /is no JSON/],
		['{ value: 89123456789 }', /is no JSON/],
		['[object Object]', /is not a phone number/],
		[{ value: '+7 912 345-67-89', kind: 'PRIV' }, /'PRIV' is not a kind of this field/],
	])('%j is refused', (given, message) => {
		expect(() => entriesOf(given, PHONE)).toThrow(message);
	});

	it('of several values add up; the same number takes the kind that is given', () => {
		expect(joined(['8 912 345-67-89', [MOB, plain, '555']], PHONE)).toEqual([{ value: '8 912 345-67-89', enum_code: 'MOB' }, plain, { value: '555' }]);
		expect(joined(['Ann <ann@example.org>', [{ value: 'ANN@example.org', kind: 'PRIV' }, 'bob@x.ru']], EMAIL)).toEqual([{ value: 'ann@example.org', enum_code: 'PRIV' }, { value: 'bob@x.ru' }]);
		const twice = [{ ...MOB }, { ...MOB, enum_code: 'HOME' }];
		expect(joined([twice, '89123456789'], PHONE)).toEqual(twice);
	});

	it('with several numbers have the keys of all, and are in another only when all are', () => {
		const both = '8 912 345-67-89 / 8 913 000-00-01';
		expect(keysOf(both, PHONE, 'RU')).toEqual(['79123456789', '79130000001']);
		expect(isOn('+79130000001', both)).toBe(true);
		expect(isOn(both, '+79130000001')).toBe(false);
		expect(isOn('103', ' 103')).toBe(true);
		expect(isOn('103', '104')).toBe(false);
		expect(joined(['+79130000001', both], PHONE)).toHaveLength(2);
	});
});

describe('long texts', () => {
	const parsers: Array<[string, (text: string) => unknown]> = [
		['phones', (text) => entriesOf(text, PHONE)],
		['the key of a phone', (text) => keysOf(text, PHONE, 'RU')],
		['e-mails', (text) => entriesOf(text, EMAIL)],
		['the keys of an e-mail', (text) => keysOf(text, EMAIL, 'RU')],
	];
	const units = ['доб', ' ', '\n', ',', '1', '+', '(', '"', '"\\', '<', '@', 'a@', '.', 'x', '_', '-', '[', '{"', '0xx', ':', "'", '\u200B', 'a@b.c ', '1,', '"a" <', '(a@b', 'mailto:'];

	it.each(parsers)('%s: ten times the text takes about ten times as long', (_name, parse) => {
		// The best of some tries, in processor time: other work on the machine only adds to it.
		const time = (text: string): number =>
			Math.min(
				...Array.from({ length: 4 }, () => {
					const started = process.cpuUsage();
					try {
						parse(text);
					} catch {
						// Refused is as good.
					}
					const { user, system } = process.cpuUsage(started);
					return (user + system) / 1000;
				}),
			);
		for (const unit of units) {
			for (const [head, tail] of [['', ''], ['1', '!'], ['a@b.ru ', ' b@c.ru']] as const) {
				const text = (length: number) => head + unit.repeat(length / unit.length) + tail;
				const [short, long] = [time(text(10_000)), time(text(100_000))];
				// Below some milliseconds the clock tells nothing.
				if (long > 100) expect([unit, head, long / Math.max(short, 1) < 40]).toEqual([unit, head, true]);
			}
		}
	});
});
