import type { IHttpRequestHelper } from 'n8n-workflow';

import { accountUrlExpression, resolveAccountUrls } from '../../credentials/accountDomain';
import { claimsOf } from '../../credentials/claims';
import { renewTokens } from '../../credentials/tokens';
import { withoutLinks } from '../../nodes/AmoCrm/fields/cardLinks';
import { decodeFieldValue, encodeFieldValue } from '../../nodes/AmoCrm/fields/codec';
import { colorOf, STAGE_COLORS } from '../../nodes/AmoCrm/fields/colors';
import { customFieldsFromJson } from '../../nodes/AmoCrm/fields/customFields';
import { midnightOf, toDeadline, toTimestamp } from '../../nodes/AmoCrm/fields/dates';
import type { FieldDefinition } from '../../nodes/AmoCrm/fields/dictionaries';
import { AmoCrmError } from '../../nodes/AmoCrm/fields/errors';
import { emailKeys, emailsIn } from '../../nodes/AmoCrm/fields/emails';
import { encodeDraft } from '../../nodes/AmoCrm/fields/fields';
import { conditionsOf } from '../../nodes/AmoCrm/fields/filters';
import { jsonArray, jsonValue } from '../../nodes/AmoCrm/fields/json';
import { idIn, idsIn, pathIn, textIdIn } from '../../nodes/AmoCrm/fields/locator';
import { definitionOf, encodeMappedFields } from '../../nodes/AmoCrm/fields/mapper';
import { fieldMatcher, nameMatcher, multitextMatcher } from '../../nodes/AmoCrm/fields/matching';
import { entriesOf, entriesTotal, keysOf, multitextItems } from '../../nodes/AmoCrm/fields/multitext';
import { toMoney, toNumber } from '../../nodes/AmoCrm/fields/numbers';
import { isKnownCountry, phoneKeys, phoneSearchTexts, phonesIn } from '../../nodes/AmoCrm/fields/phones';
import { stageOf, stagesOf } from '../../nodes/AmoCrm/fields/stages';
import { simplify } from '../../nodes/AmoCrm/fields/simplify';
import { LEAD, NOTE } from '../../nodes/AmoCrm/fields/targets';
import { isDate, isUnset, labelKey, labelParts, show, toBoolean, toId, toInteger, toList, toText } from '../../nodes/AmoCrm/fields/values';
import { resources } from '../../nodes/AmoCrm/menu';
import { parameterReader } from '../../nodes/AmoCrm/operations/parameterReader';
import { executionData } from '../../nodes/AmoCrm/operations/results';
import { queryString } from '../../nodes/AmoCrm/transport/client';
import { failureOf, failureOfAnswer, renewalFailure } from '../../nodes/AmoCrm/transport/failures';
import { filesBaseOf } from '../../nodes/AmoCrm/transport/filesHost';
import { masked, maskOf } from '../../nodes/AmoCrm/transport/secrets';
import type { ApiRequest } from '../../nodes/AmoCrm/transport/types';
import { wellFormed } from '../../nodes/AmoCrm/transport/wellFormed';
import { plain, readDelivery } from '../../nodes/AmoCrm/trigger/delivery';
import type { FormObject } from '../../nodes/AmoCrm/trigger/formBody';
import { assemble, parseForm } from '../../nodes/AmoCrm/trigger/formBody';
import { readEvents } from '../../nodes/AmoCrm/trigger/options';
import { toNumber as toHookNumber, typedRow } from '../../nodes/AmoCrm/trigger/row';

/**
 * No text that a stranger writes may hold up n8n: ten times the text takes at most some ten times as long. Quadratic work
 * takes a hundred times as long; the limit between the two leaves room for a busy machine.
 */

const ACCOUNT = 'https://mycompany.amocrm.ru';
const AT = { accountUrl: ACCOUNT };
const SHORT = 10_000;
const LONG = 100_000;
const MOST = 25;

/** So little processor time freezes nobody, ms, and is no more than noise when it is compared. */
const NOTHING_MS = 50;

const zones = { workflow: 'Europe/Moscow', account: 'Europe/Moscow' };
const conventions = () => ({ dayFirst: true, separators: [{ group: ' ', decimal: ',' }] });
const context = { ...zones, accountUrl: ACCOUNT, conventions };
const rules = { zone: 'Europe/Moscow', conventions };

const field = (type: string, code: string | null = null): FieldDefinition => ({
	id: 1,
	name: 'Field',
	type,
	code,
	sort: 1,
	enums: ['Red', 'Red, dark', 'Red, dark, very', 'a', '1'].map((value, index) => ({ id: index + 1, value, path: value, code: null, sort: index })),
	requiredIn: 0,
	computed: false,
});

/** Every type of amoCRM's fields. */
const TYPES = (
	'text textarea url streetaddress tracking_data org_legal_name numeric price monetary checkbox date birthday date_time select radiobutton category ' +
	'multiselect multitext smart_address legal_entity items linked_entity chained_list file payer supplier'
).split(' ');

const OBJECTS = new Set('multitext smart_address legal_entity items linked_entity chained_list file payer supplier'.split(' '));

const inside = (type: string) => (text: string) =>
	encodeFieldValue([{ value: text, name: text, description: text, entity_id: text, catalog_id: 1, catalog_element_id: text, file_uuid: text, quantity: text }], field(type), context);

const PHONE = field('multitext', 'PHONE');
const EMAIL = field('multitext', 'EMAIL');
const OTHER = field('multitext', 'IM');
const MULTITEXTS = [PHONE, EMAIL, OTHER];

const request: ApiRequest = { method: 'PATCH', path: '/leads', body: [] };
const answer = (body: unknown, status = 400) => failureOfAnswer({ statusCode: status, body: body as never, headers: {} }, request);
const secretMask = maskOf(['eyJhbGciOiJIUzI1NiJ9.secret-of-a-token', 'def50200aaaaaaaaaaaa', '11111111', 'aaaaaaaaaaaa']);

/** Whatever sees what a person, a form, a web page or amoCRM wrote, by its name. What it throws is as good as an answer. */
const PARSERS: Record<string, (text: string) => unknown> = {
	phonesIn,
	phoneKeys: (text) => phoneKeys(text, 'RU'),
	'phoneKeys abroad': (text) => phoneKeys(text, 'XX'),
	isKnownCountry,
	phoneSearchTexts,
	emailsIn,
	emailKeys,
	...Object.fromEntries(
		MULTITEXTS.flatMap((own) => [
			[`entriesOf ${own.code}`, (text: string) => entriesOf(text, own)],
			[`multitextItems ${own.code}`, (text: string) => multitextItems([{ value: text, kind: text }], own)],
			[`keysOf ${own.code}`, (text: string) => keysOf(text, own, 'RU')],
			[`entriesTotal ${own.code}`, (text: string) => entriesTotal(own, 'RU').add(text)],
			[`matcher ${own.code}`, (text: string) => fieldMatcher(own, context, 'RU').keysOf(text)],
		]),
	),
	'keys of a record': (text) => multitextMatcher('PHONE', 'RU').keysOfRecord({ custom_fields_values: [{ field_code: 'PHONE', values: [{ value: text }] }] }),
	nameMatcher: (text) => [nameMatcher.keysOf(text), nameMatcher.keysOfRecord({ name: text })],
	toTimestamp: (text) => toTimestamp(text, rules),
	toDeadline: (text) => toDeadline(text, rules),
	midnightOf: (text) => midnightOf(text, rules),
	'a date object': (text) => toTimestamp({ toISO: () => text }, rules),
	isDate,
	toNumber: (text) => toNumber(text, conventions),
	toMoney: (text) => toMoney(text, conventions),
	toText,
	toInteger,
	toId,
	toBoolean,
	toList,
	isUnset,
	show,
	labelKey,
	labelParts,
	'names a field': (text) => AmoCrmError.at(text, new Error(text)),
	jsonValue,
	jsonArray,
	customFieldsFromJson: (text) => customFieldsFromJson(text, ACCOUNT),
	colorOf: (text) => colorOf(text, STAGE_COLORS),
	stageOf: (text) => stageOf(text, {}),
	stagesOf: (text) => stagesOf(text, {}),
	textIdIn: (text) => textIdIn(LEAD, text, AT),
	idIn: (text) => idIn(LEAD, text, AT),
	'idIn a link': (text) => idIn(NOTE, `${ACCOUNT}/${text}`, AT),
	idsIn: (text) => idsIn(LEAD, text, AT),
	pathIn: (text) => pathIn(text, ACCOUNT),
	withoutLinks: (text) => withoutLinks({ entity_id: `https://${text}`, catalog_id: text }, ACCOUNT),
	...Object.fromEntries(
		TYPES.flatMap((type) => [
			[`encodeFieldValue ${type}`, (text: string) => encodeFieldValue(text, field(type), context)],
			...(OBJECTS.has(type) ? [[`encodeFieldValue ${type}, inside`, inside(type)] as const] : []),
			[`decodeFieldValue ${type}`, (text: string) => decodeFieldValue(type, [{ value: text, enum_code: text }], zones)],
			[`matcher ${type}`, (text: string) => fieldMatcher(field(type), context, 'RU').keysOf(text)],
		]),
	),
	'definitionOf a key': (text) => definitionOf(text, [PHONE]),
	'encodeMappedFields by key': (text) => encodeMappedFields({ mappingMode: 'autoMapInputData' }, { json: { [text]: text }, definitions: [PHONE, EMAIL], context, taken: new Set(), own: new Set(), used: new Set() }),
	simplify: (text) => simplify({ id: 1, name: text, [text]: text, custom_fields_values: [{ field_id: 1, field_name: text, field_type: 'text', values: [{ value: text }] }] }, { names: {}, zones, isOld: false }),
	parseForm,
	'parseForm of values': (text) => parseForm(`leads[add][0][name]=${text}`),
	'parseForm of keys': (text) => parseForm(`leads[add][0][${text}]=1`),
	assemble: (text) => assemble([[text, text]]),
	readDelivery: (text) => readDelivery(parseForm(text) as FormObject),
	'readDelivery of a row': (text) => readDelivery(parseForm(`leads[add][0][id]=${text}&leads[add][0][created_at]=${text}&account[id]=${text}&account[subdomain]=${text}`) as FormObject),
	plain: (text) => plain({ [text]: text } as unknown as FormObject),
	typedRow: (text) => typedRow({ id: text, price: text, [text]: text, metadata: text, custom_fields: [{ id: text, values: [text] }] }),
	toHookNumber,
	readEvents: (text) => readEvents({} as never, [text], text),
	'failureOf a message': (text) => failureOf({ message: text, description: text, messages: [text], cause: { message: text } }, request),
	'failureOf a code': (text) => failureOf({ code: text, httpCode: text, cause: { code: text, name: text } }, request),
	'failureOf a body': (text) => failureOf({ httpCode: '400', response: { data: text } }, request),
	'failureOfAnswer, its words': (text) => answer({ detail: text, title: text, type: text }),
	'failureOfAnswer, its rows': (text) => answer({ 'validation-errors': [{ request_id: text, errors: [{ code: text, path: text, detail: text }] }] }),
	'failureOfAnswer, a page': (text) => answer(text, 404),
	'failureOfAnswer, 403': (text) => answer(text, 403),
	renewalFailure: (text) => renewalFailure({ message: text, code: text }),
	'mask of a text': secretMask,
	masked: (text) => masked({ ...answer({ detail: text }), message: text }, secretMask),
	queryString: (text) => queryString({ query: text, filter: { [text.slice(0, 100)]: [text] } }),
	wellFormed,
	filesBaseOf: (text) => filesBaseOf(text, ACCOUNT),
	resolveAccountUrls,
	// As n8n evaluates it.
	accountUrlExpression: new Function('text', `const $self = { domain: text }; return ${accountUrlExpression('baseUrl').slice('={{'.length, -'}}'.length)};`) as (text: string) => unknown,
	claimsOf: (text) => [claimsOf(text), claimsOf(`a.${text}`)],
	renewTokens: async (text) =>
		await renewTokens({ helpers: { httpRequest: async () => ({ statusCode: 400, body: { hint: text, detail: text } }) } } as unknown as IHttpRequestHelper, {
			domain: 'mycompany',
			authorizationCode: `code${text}`,
		}),
	'an expression of a parameter': (text) =>
		parameterReader({ getNode: () => ({ parameters: { a: `={{ $json${text} }}`, b: `={{ $json["${text}` } }), getNodeParameter: () => '' } as never, [], [])('a', 0, ''),
	'a message for n8n': async (text) =>
		await executionData({ context: { getNode: () => ({}) } as never, items: [{ json: {} }], rows: new Map(), uploaded: new Map(), errors: new Map([[0, new AmoCrmError(text, { advice: text, details: { text } })]]), mask: secretMask }),
	...ofTheMenu(),
};

/** The fields and filters of all resources, each kind once. */
function ofTheMenu(): Record<string, (text: string) => unknown> {
	const parsers: Record<string, (text: string) => unknown> = {};
	const seen = new Set<unknown>();
	for (const { entity } of resources) {
		for (const { kind, name, key } of entity.fields) {
			if (seen.has(kind.encode)) continue;
			seen.add(kind.encode);
			const own = { name, key, displayName: name, kind };
			parsers[`${entity.value}: ${name}`] = (text) => encodeDraft([own], { ...context, timezone: zones.workflow, mode: 'create', values: { [name]: text } });
		}
		for (const filter of entity.filters) {
			parsers[`filter of ${entity.value}: ${filter.name}`] = (text) =>
				conditionsOf([{ ...filter, needs: undefined }], { ...context, timezone: zones.workflow, values: { [filter.name]: text }, at: { path: entity.path, own: LEAD } });
		}
	}
	return parsers;
}

/** What is repeated: it keeps a careless pattern trying. */
const PIECES = [
	...' \n\t,;.:-_/\\|()[]{}<>"\'`@+*#=&%?!~0179xхeTZaаWг',
	'\u0301',
	'\u00A0',
	'\u200B',
	'\u0660',
	'\uD800',
	'\uFF10',
	'доб',
	'доб1',
	'ext1 ',
	'1 ',
	'1,',
	'1.',
	'1-',
	'1 (',
	'12:',
	' 1:00',
	'0(xx',
	'XX1',
	'e\u0301',
	', ',
	',\n',
	' a',
	'a:',
	'a-',
	'a@',
	'@a.',
	'a@b.co,',
	'a@b.co ',
	'<a@b.co',
	'"a" ',
	'?to=',
	'[[',
	'[{',
	'{"a":',
	'[]=1&',
	'a[]=1&',
	'a[b]=1&',
	'a[1][]=&',
	'%41',
	'%FF',
	'http://',
	'leads/detail/',
	'["a"]',
	'.a',
	'Red,',
	'Red, dark,',
	'+7 912 345-67-89, ',
	'2026-',
	'T00:00',
	'Etc/',
];

const FRAMES = [['', ''], ['1', '!']] as const;

const textsOf = (length: number): string[] =>
	PIECES.flatMap((piece) =>
		FRAMES.map(([before, after]) => before + piece.repeat(Math.ceil(length / piece.length)).slice(0, length - before.length - after.length) + after),
	);

const shortTexts = textsOf(SHORT);
const longTexts = textsOf(LONG);

/** Processor time, ms. */
async function costOf(parse: (text: string) => unknown, text: string): Promise<number> {
	const from = process.cpuUsage();
	try {
		await parse(text);
	} catch {
		// A refusal.
	}
	const { user, system } = process.cpuUsage(from);
	return (user + system) / 1000;
}

/** What grows too fast; nothing when it does not. A try that something else disturbed is repeated. */
async function tooSteep(parse: (text: string) => unknown, short: string, long: string): Promise<string | undefined> {
	let few = await costOf(parse, short);
	// A hundred times that would never end.
	if (few > 300) return `${few.toFixed(0)} ms for ${SHORT} characters`;
	let many = Infinity;
	for (let round = 0; round < 10; round++) {
		many = Math.min(many, await costOf(parse, long));
		if (many < NOTHING_MS || many < MOST * few) return undefined;
		few = Math.min(few, await costOf(parse, short));
	}
	return `${few.toFixed(2)} ms for ${SHORT} characters, ${many.toFixed(1)} ms for ${LONG}`;
}

test.each(Object.entries(PARSERS))('takes time in proportion to the text: %s', async (_name, parse) => {
	const steep: string[] = [];
	for (const [index, short] of shortTexts.entries()) {
		const found = await tooSteep(parse, short, longTexts[index] as string);
		if (found !== undefined) steep.push(`${JSON.stringify(short.slice(0, 30))}…: ${found}`);
		if (steep.length >= 5) break;
	}
	expect(steep).toEqual([]);
});
