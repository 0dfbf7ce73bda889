import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import { AmoCrmAccountApi } from '../../credentials/AmoCrmAccountApi.credentials';
import { AmoCrmAuthorizationCodeApi } from '../../credentials/AmoCrmAuthorizationCodeApi.credentials';
import { AmoCrmLongLivedTokenApi } from '../../credentials/AmoCrmLongLivedTokenApi.credentials';
import { AmoCrmOAuth2Api } from '../../credentials/AmoCrmOAuth2Api.credentials';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { AmoCrmPollTrigger } from '../../nodes/AmoCrm/AmoCrmPollTrigger.node';
import { AmoCrmTrigger } from '../../nodes/AmoCrm/AmoCrmTrigger.node';
import { resources } from '../../nodes/AmoCrm/menu';

/** What n8n's guidelines ask of every text, and what an AI model has to go by: nothing but these texts. */

type Entry = { where: string; property: INodeProperties };

function entriesOf(properties: INodeProperties[], where: string): Entry[] {
	return properties.flatMap((property) => {
		const { resource = [''], operation = [''] } = property.displayOptions?.show ?? {};
		const here = where === '' ? `${String(resource)} ${String(operation)}` : where;
		const path = `${here} > ${property.displayName}`;
		const inner = (property.options ?? []) as Array<INodeProperties | INodePropertyCollection | INodePropertyOptions>;
		const below = inner.flatMap((option) => {
			if ('values' in option) return entriesOf(option.values, path);
			return 'type' in option ? entriesOf([option], path) : [];
		});
		return [{ where: path, property }, ...below];
	});
}

const credentials = [new AmoCrmAccountApi(), new AmoCrmAuthorizationCodeApi(), new AmoCrmLongLivedTokenApi(), new AmoCrmOAuth2Api()];
const visible = ({ type }: INodeProperties) => type !== 'hidden';
const entries = [
	...entriesOf(new AmoCrm().description.properties, '').filter(({ property }) => visible(property)),
	...entriesOf(new AmoCrmTrigger().description.properties, 'trigger'),
	...entriesOf(new AmoCrmPollTrigger().description.properties, 'polling trigger'),
	...credentials.flatMap(({ displayName, properties }) => entriesOf(properties.filter(visible), displayName)),
];
const choices = entries.flatMap(({ where, property }) =>
	['options', 'multiOptions'].includes(property.type) ? ((property.options ?? []) as INodePropertyOptions[]).map((option) => ({ where, option })) : [],
);
const pickers = entries.filter(({ property }) => property.name === 'operation');
const OF_THE_EDITOR = ['authentication', 'resource', 'operation'];
/** What n8n's guidelines show without a description. */
const CONTAINERS = ['collection', 'fixedCollection', 'notice'];

const faulty = (isFaulty: (property: INodeProperties) => boolean): string[] =>
	entries.filter(({ property }) => isFaulty(property)).map(({ where, property }) => `${where}: ${property.description ?? property.placeholder ?? ''}`);

test('every operation says in one sentence which record it works on', () => {
	for (const { property } of pickers) {
		const noun = new AmoCrm().description.properties
			.flatMap(({ name, options }) => (name === 'resource' ? (options as INodePropertyOptions[]) : []))
			.find(({ value }) => property.displayOptions?.show?.resource?.[0] === value)
			?.name.toLowerCase();
		for (const { name, action = '', description = '' } of property.options as INodePropertyOptions[]) {
			const nouns = noun?.endsWith('y') ? `${noun.slice(0, -1)}ies` : noun?.endsWith('s') ? `${noun}es` : `${noun}s`;
			expect(`${name}: ${action}`).toMatch(new RegExp(`\\b(?:${noun}|${nouns})\\b`, 'i'));
			expect(`${name}: ${action}`).toMatch(/: [A-Z](?:[a-z ]|AI|API)+$/);
			expect(description.length).toBeGreaterThan(20);
			// The list of operations shows two lines of it.
			expect(`${description} `.length).toBeLessThan(112);
			expect(description).not.toBe(action);
		}
	}
});

test('no action says the same as another', () => {
	const actions = pickers.flatMap(({ property }) => (property.options as INodePropertyOptions[]).map(({ action }) => action));
	expect(new Set(actions).size).toBe(actions.length);
});

test('every parameter is described', () => {
	expect(faulty(({ name, type, description }) => !description && !OF_THE_EDITOR.includes(name) && !CONTAINERS.includes(type))).toEqual([]);
});

test('what a person types has an example', () => {
	expect(faulty(({ type, placeholder, typeOptions }) => type === 'string' && !typeOptions?.password && !placeholder?.startsWith('e.g. '))).toEqual([]);
});

test('a moment says in which time zone it is', () => {
	expect(faulty(({ type, description }) => type === 'dateTime' && !/time zone/.test(description ?? ''))).toEqual([]);
});

test('a switch says what it switches', () => {
	expect(faulty(({ type, description }) => type === 'boolean' && !description?.startsWith('Whether '))).toEqual([]);
});

test('other parameters are named in single quotes, and no text is in the jargon of the API', () => {
	expect(faulty(({ description }) => /"[A-Z][a-z]+ [A-Z]?[a-z]+"/.test(description ?? ''))).toEqual([]);
	expect(faulty(({ name, displayName, description }) => !['customFieldsJson', 'clientSecret'].includes(name) && /\b(?:enum|entity|unsorted|key)\b/i.test(`${displayName} ${description}`))).toEqual([]);
});

test('options of a list are in alphabetical order, or in the order that their text says', () => {
	const unordered = entries
		.filter(({ property }) => ['options', 'multiOptions'].includes(property.type) && (property.options ?? []).length > 4)
		.filter(({ property }) => {
			const names = (property.options as INodePropertyOptions[]).map(({ name }) => name);
			return names.some((name, index) => index > 0 && name.localeCompare(names[index - 1] ?? '') < 0);
		});
	expect(unordered.map(({ where }) => where)).toEqual([]);
});

test('sorting stands above the options, required parameters above the optional ones', () => {
	const lists = resources.flatMap(({ operations }) => operations.map(({ properties }) => properties.map(({ name }) => name))).filter((names) => names.includes('sortBy'));
	expect(lists.length).toBeGreaterThan(4);
	for (const names of lists) expect(names.indexOf('sortBy')).toBeLessThan(names.indexOf('options'));
	const late = entries.filter(({ where, property }) => property.required && / > .* > /.test(where));
	expect(late.map(({ where }) => where)).toEqual([]);
});

const SMALL_WORDS = /^(?:a|an|and|as|at|but|by|for|if|in|is|nor|of|on|or|per|the|to|with)$/;
/** Names that are written in their own way. */
const OWN_SPELLING = /^(?:amoCRM|n8n)$/;

function isTitleCase(name: string): boolean {
	const words = name.replace(/[():,]/g, '').split(/[ /-]+/);
	return words.every((word, index) => OWN_SPELLING.test(word) || /^[A-Z0-9]/.test(word) || (index > 0 && SMALL_WORDS.test(word)));
}

test('names of parameters and of choices are in Title Case and without a full stop', () => {
	const names = [
		...entries.filter(({ property }) => property.type !== 'notice').map(({ where, property }) => [where, property.displayName]),
		...choices.map(({ where, option }) => [where, option.name]),
		...credentials.map(({ displayName }) => ['credential', displayName]),
		...[new AmoCrm(), new AmoCrmTrigger(), new AmoCrmPollTrigger()].map(({ description }) => ['node', description.displayName]),
	] as Array<[string, string]>;
	expect(names.filter(([, name]) => !isTitleCase(name) || /[.!]$/.test(name))).toEqual([]);
});

test('what the editor cuts off says too little: names are at most 30 letters long', () => {
	expect(entries.filter(({ property }) => property.type !== 'notice' && property.displayName.length > 30).map(({ where }) => where)).toEqual([]);
});

test('one sentence ends without a full stop, several with one; each starts with a capital letter', () => {
	const texts = [
		...entries.flatMap(({ where, property }) => [property.description, property.hint].map((text) => [where, text])),
		...choices.map(({ where, option }) => [`${where} > ${option.name}`, option.description]),
	] as Array<[string, string | undefined]>;
	const bad = texts.filter(([, text]) => {
		if (text === undefined) return false;
		const plain = text.replace(/<[^>]+>/g, '').replace(/\{\{.*?\}\}/g, 'x').replace(/\b(?:e\.g|etc)\./g, '');
		const isSeveral = /[.!?] (?:["'A-Z]|amoCRM)/.test(plain);
		return /^\s|\s$| {2}|(?<!\.)\.\.(?!\.)/.test(text) || !/^(?:[A-Z"'0-9]|[a-z]+_[a-z_]+|amoCRM)/.test(plain) || isSeveral !== /[.!?]$/.test(plain);
	});
	expect(bad).toEqual([]);
});

/** Every text that a person reads in the editor. */
const everyText = [
	...entries.flatMap(({ where, property }) => {
		const modes = 'modes' in property ? (property.modes ?? []) : [];
		return [property.displayName, property.description, property.hint, property.placeholder, ...modes.map(({ placeholder }) => placeholder)].map((text) => [where, text ?? '']);
	}),
	...choices.flatMap(({ where, option }) => [option.name, option.action, option.description].map((text) => [`${where} > ${option.name}`, text ?? ''])),
] as Array<[string, string]>;

test('"a" and "an" stand where they belong, and no word is there twice', () => {
	const article = /\b(?:a [aeio]|a u(?!nique|nit|s[ae]|til|uid)|an [^aeiou\W]|an u(?:nit|s[ae]|uid))/i;
	const twice = /\b([a-z]+)(?: of)? \1\b/i;
	expect(everyText.filter(([, text]) => article.test(text.replace(/\{\{.*?\}\}/g, '')) || twice.test(text))).toEqual([]);
});

test('a picker says what to choose, and shows an ID and a link as they are', () => {
	// Those of choices, in the form of the tool, have one chosen from the start.
	const pickersOfRecords = entries.filter(({ property }) => property.type === 'resourceLocator' && !property.displayOptions?.show?.['@tool']);
	const bad = pickersOfRecords.filter(({ property: { modes = [] } }) =>
		modes.some(({ type, placeholder = '' }) => (type === 'list' ? !/^Choose an? (?:AI )?[a-z ]+\.\.\.$/.test(placeholder) : !/^e\.g\. \S/.test(placeholder))),
	);
	expect(pickersOfRecords.length).toBeGreaterThan(20);
	expect(bad.map(({ where }) => where)).toEqual([]);
});

/** What other texts call in single quotes: a parameter or a choice, or something that amoCRM or n8n shows under this name. */
const NAMED = new Set([...entries.map(({ property }) => property.displayName.replace(/ Names? or IDs?$/, '')), ...choices.map(({ option }) => option.name), ...entries.flatMap(({ property }) => (property.modes ?? []).map(({ displayName }) => displayName))]);
const SHOWN_ELSEWHERE = ['API: send webhook', 'Integration ID', 'Keys and scopes', 'On Error', 'Redirect URL', 'Secret key', 'Webhook URLs'];
const isKnown = (name: string) => NAMED.has(name) || SHOWN_ELSEWHERE.includes(name);
const named = (text: string): string[] => [...text.matchAll(/(?<![\w$}])'([A-Z][\w ():-]*[\w)])'(?!\w)/g)].map(([, name]) => name ?? '');

test('a text that names a parameter gives the name that it has', () => {
	expect(everyText.flatMap(([where, text]) => named(text).filter((name) => !isKnown(name)).map((name) => `${where}: ${name}`))).toEqual([]);
});

/** Every text in a file of the source, templates with their gaps. */
function textsIn(path: string): string[] {
	const texts: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isStringLiteralLike(node)) texts.push(node.text);
		else if (ts.isTemplateExpression(node)) texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('${}'));
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest));
	return texts;
}

test('so do the messages', () => {
	const folder = join(__dirname, '..', '..', 'nodes');
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
	const names = files.flatMap((file) => textsIn(join(folder, file)).flatMap((text) => named(text).map((name) => `${file}: ${name}`)));
	expect(names.length).toBeGreaterThan(20);
	expect(names.filter((entry) => !isKnown(entry.replace(/^.*?: /, '')))).toEqual([]);
});

test('every choice of an operation, and every credential field, is described', () => {
	expect(choices.filter(({ where, option }) => / > Operation$/.test(where) && !option.description).map(({ where, option }) => `${where}: ${option.name}`)).toEqual([]);
	for (const { displayName, documentationUrl, properties } of credentials) {
		expect(displayName).toMatch(/^amoCRM \(Kommo\) .*API$/);
		expect(documentationUrl).toMatch(/^https:\/\//);
		for (const property of properties.filter(visible).filter(({ type }) => type !== 'notice')) {
			expect([displayName, property.displayName, (property.description ?? '').length > 10]).toEqual([displayName, property.displayName, true]);
			// A person who connects an account must find the place in amoCRM from the text alone.
			expect(property.required).toBe(true);
		}
	}
});

test('what is secret is masked, and nothing else is', () => {
	const secret = /^(?:clientSecret|accessToken|refreshToken|oauthTokenData)$/;
	const properties = credentials.flatMap((credential) => credential.properties);
	expect(properties.filter(({ name, typeOptions }) => secret.test(name) !== (typeOptions?.password === true)).map(({ name }) => name)).toEqual([]);
});

test('both nodes and the address of the account name Kommo too', () => {
	expect([new AmoCrm(), new AmoCrmTrigger(), new AmoCrmPollTrigger()].filter(({ description }) => !description.description.includes('Kommo'))).toEqual([]);
	for (const { properties } of credentials) expect(properties.find(({ name }) => name === 'domain')?.description).toContain('kommo.com');
});

test('every event of the trigger has an entry of its own in the list of triggers', () => {
	const [events] = entries.filter(({ where, property }) => where.startsWith('trigger') && property.name === 'events');
	const actions = (events?.property.options as INodePropertyOptions[]).map(({ action }) => action);
	expect(actions.filter((action) => !action?.startsWith('On '))).toEqual([]);
	expect(new Set(actions).size).toBe(actions.length);
});

test('a form says on top what amoCRM does not allow, or not everywhere', () => {
	const noticeOf = (resource: string, operation: string) => {
		const [first] = resources.find(({ entity }) => entity.value === resource)?.operations.find(({ value }) => value === operation)?.properties ?? [];
		return first?.type === 'notice' ? first.displayName : undefined;
	};
	expect(noticeOf('lead', 'update')).toBe('amoCRM lets no program delete leads: a person does that in amoCRM itself.');
	expect(noticeOf('webhook', 'subscribe')).toBe('This needs a credential of an administrator, and the plan Extended or Professional in amoCRM, Advanced or Enterprise in Kommo.');
	expect(noticeOf('pipeline', 'delete')).toBe('This needs a credential of an administrator.');
	for (const operation of ['getAll', 'create']) expect(noticeOf('lead', operation)).toBeUndefined();
	expect(noticeOf('pipeline', 'getAll')).toBeUndefined();
	// Room is needed by what is new only.
	expect(noticeOf('aiAgent', 'create')).toBe('This needs Amma, the AI of amoCRM, and room for the agent: an integration has at most 2, an account at most 10.');
	for (const operation of ['get', 'getAll', 'update', 'delete']) expect(noticeOf('aiAgent', operation)).toBe('This needs Amma, the AI of amoCRM.');
});

test('the example of a link is one that the picker takes, that of an ID is a number unless IDs are texts', () => {
	const modes = entries.flatMap(({ where, property }) => (property.modes ?? []).map((mode) => ({ where, ...mode, example: mode.placeholder?.replace('e.g. ', '') ?? '' })));
	const links = modes.filter(({ name }) => name === 'url');
	expect(links.filter(({ extractValue, example }) => !new RegExp(extractValue?.regex as string).test(example)).map(({ where, example }) => `${where}: ${example}`)).toEqual([]);
	expect(links.length).toBeGreaterThan(20);
	const numbers = modes.filter(({ name, validation }) => name === 'id' && validation);
	expect(numbers.filter(({ example }) => !/^\d+$/.test(example)).map(({ where }) => where)).toEqual([]);
	const texts = modes.filter(({ name, validation, where }) => name === 'id' && !validation && /(?:Currency|Event|Group|Widget|AI Agent|Incoming Lead)$/.test(where));
	expect(texts.length).toBeGreaterThan(5);
	expect(texts.filter(({ example }) => /^\d+$/.test(example)).map(({ where }) => where)).toEqual([]);
});

test('an operation speaks of filters only where it has some', () => {
	const lists = resources.flatMap(({ entity, operations }) => operations.filter(({ value }) => value === 'getAll').map((operation) => ({ resource: entity.value, ...operation })));
	const wrong = lists.filter(({ description, properties }) => /\bfilters\b/.test(description) !== properties.some(({ name }) => name === 'filters'));
	expect(wrong.map(({ resource }) => resource)).toEqual([]);
});

test('a record is called the same as its type beside it', () => {
	for (const { properties } of resources.flatMap(({ operations }) => operations)) {
		for (const group of [properties, ...properties.map(({ options = [] }) => options as INodeProperties[])]) {
			const types = group.filter(({ displayName }) => /Record Type$/.test(displayName ?? '')).map(({ displayName }) => displayName.replace(/ Type$/, ''));
			const pickers = group.filter(({ modes = [] }) => modes.some(({ typeOptions }) => typeOptions?.searchListMethod === 'searchLinkedRecords'));
			for (const { displayName } of types.length > 0 ? pickers : []) expect(types).toContain(displayName);
		}
	}
});
