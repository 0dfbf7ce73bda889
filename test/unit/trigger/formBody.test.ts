import fc from 'fast-check';

import { plain } from '../../../nodes/AmoCrm/trigger/delivery';
import type { FormObject } from '../../../nodes/AmoCrm/trigger/formBody';
import { assemble, isTooLarge, isUnsafeKey, parseForm } from '../../../nodes/AmoCrm/trigger/formBody';
import { buildQuery } from '../../../emulator/http/query';

/** The decoder against PHP's rules: http_build_query writes, parse_str reads. */

const decoded = (body: string) => plain(parseForm(body) as FormObject);

/** PHP's urlencode: everything but letters, digits and `-_.` is escaped, a space is a plus. */
const urlencode = (text: string) => encodeURIComponent(text).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`).replace(/%20/g, '+');

/** PHP's http_build_query. */
function httpBuildQuery(value: unknown, prefix = ''): string {
	return Object.entries(value as object)
		.map(([key, inner]: [string, unknown]) => {
			const name = prefix === '' ? urlencode(key) : `${prefix}%5B${urlencode(key)}%5D`;
			return typeof inner === 'object' ? httpBuildQuery(inner, name) : `${name}=${urlencode(String(inner))}`;
		})
		.join('&');
}

describe('properties', () => {
	// A key that PHP can carry: no brackets, not empty, no list of its own.
	const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !isUnsafeKey(text) && !/[[\]]/.test(text) && text.trim() === text && !/^\d+$/.test(text));
	const leaf = fc.string({ unit: 'grapheme', maxLength: 30 });
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof({ maxDepth: 7, depthSize: 'large' }, leaf, tie('list'), tie('object')),
		list: fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
		object: fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
	}));
	const body = fc.dictionary(key, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true });

	test('what PHP encodes comes back', () => {
		fc.assert(fc.property(body, (input) => expect(decoded(httpBuildQuery(input))).toEqual(input)), { numRuns: 200 });
	});

	test('what the emulator encodes comes back', () => {
		fc.assert(fc.property(body, (input) => expect(decoded(buildQuery(input))).toEqual(input)), { numRuns: 100 });
	});

	test("n8n's flat keys give the same as the raw body", () => {
		fc.assert(
			fc.property(body, (input) => {
				const pairs = [...new URLSearchParams(buildQuery(input))];
				expect(plain(assemble(pairs))).toEqual(input);
			}),
			{ numRuns: 100 },
		);
	});

	test('any bytes at all are taken, and change nothing outside', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('a', '[', ']', '=', '&', '%', '+', '0', '_', '__proto__', 'constructor') })), (text) => {
				expect(() => JSON.stringify(decoded(text))).not.toThrow();
				expect(({} as Record<string, unknown>).a).toBeUndefined();
			}),
			{ numRuns: 1_000 },
		);
	});
});

test.each([
	['a=1&a=2', { a: '2' }],
	['a[]=1&a[]=2', { a: ['1', '2'] }],
	['a[5]=x&a[]=y', { a: { 5: 'x', 6: 'y' } }],
	['a[]=x&a[7]=y&a[3]=z&a[]=v&a[b]=w&a[]=u', { a: { 0: 'x', 3: 'z', 7: 'y', 8: 'v', 9: 'u', b: 'w' } }],
	['a[][b]=1&a[][b]=2', { a: [{ b: '1' }, { b: '2' }] }],
	['a=1&a[b]=2', { a: { b: '2' } }],
	['a[b]=1&a=2', { a: '2' }],
	['a[b]c=1', { a: { b: '1' } }],
	['a[b=1', { a: '1' }],
	['a', { a: '' }],
	['&&a=1&', { a: '1' }],
	['=1', {}],
	['a%5Bb%5D=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82+%26', { a: { b: 'Привет &' } }],
	['a=100%&b=%zz&c=%d0', { a: '100%', b: '%zz', c: '\uFFFD' }],
	['linked[7000001][ID]=7000001', { linked: { 7000001: { ID: '7000001' } } }],
])('%s', (text, expected) => {
	expect(decoded(text)).toEqual(expected);
});

test('a prototype cannot be reached', () => {
	const body = ['__proto__[a]=1', 'x[__proto__][a]=1', 'x[constructor][prototype][a]=1', 'hasOwnProperty=1', 'y[toString]=1', 'y[a][toJSON]=1', 'valueOf=1'].join('&');
	expect(decoded(body)).toEqual({ x: { constructor: { prototype: { a: '1' } } }, hasOwnProperty: '1' });
	expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test('3,000 keys, all of them', () => {
	const rows = Array.from({ length: 300 }, (_, index) => ({ id: String(index), values: Array.from({ length: 9 }, (__, inner) => ({ value: String(inner) })) }));
	expect(decoded(buildQuery({ leads: { update: rows } }))).toEqual({ leads: { update: rows } });
});

test('nesting beyond the limit is dropped, the rest stays', () => {
	expect(decoded(`a${'[b]'.repeat(100)}=1&c=2`)).toEqual({ c: '2' });
});

test.each([
	['a[] many times', (size: number) => 'a[]=1&'.repeat(size / 7)],
	['a[5] and a[] in turns', (size: number) => Array.from({ length: size / 14 }, (_, index) => `a[${index * 2}]=1&a[]=1`).join('&')],
	['brackets in one key', (size: number) => `a${'[x]'.repeat(size / 3)}=1`],
	['opening brackets', (size: number) => `a${'['.repeat(size)}=1`],
	['broken escapes', (size: number) => `a=${'%d0'.repeat(size / 3)}`],
	['keys that are not written out', (size: number) => '&'.repeat(size)],
])('%s cost in proportion to their length', (_what, make) => {
	const cost = (size: number) => {
		const text = make(size);
		return Math.min(...Array.from({ length: 5 }, () => {
			const start = process.cpuUsage();
			parseForm(text);
			return process.cpuUsage(start).user;
		}));
	};
	cost(300_000);
	// Ten times the length; quadratic, it is a hundred times the cost.
	expect(cost(600_000) / Math.max(cost(60_000), 5_000)).toBeLessThan(40);
});

test('the number of values has a limit', () => {
	expect(Object.keys(parseForm('a[]=1&'.repeat(90_000))?.a as object)).toHaveLength(90_000);
	expect(parseForm('a[]=1&'.repeat(100_001))).toBeUndefined();
});

test('so has JSON, and its depth', () => {
	const deep = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`) as unknown;
	expect([isTooLarge(deep(60)), isTooLarge(deep(70)), isTooLarge(deep(50_000)), isTooLarge(null), isTooLarge('x')]).toEqual([false, true, true, false, false]);
	expect(isTooLarge(Array(100_001).fill(1))).toBe(true);
});
