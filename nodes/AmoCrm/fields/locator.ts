import { type INodeProperties, type INodePropertyCollection, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import type { AccountContext } from './conventions';
import { type Source, entriesOf, idOfName, isId } from './choices';
import { show, toId, toList, unwrapLocator } from './values';

export interface LocatorTarget {
	/** Lower case, as in "choose a lead". */
	noun: string;
	/** Method of `methods.listSearch` that fills the list. */
	listSearchMethod: string;
	/** Whether its IDs are texts, such as UUIDs; whole numbers otherwise. */
	hasTextIds?: true;
	/** What an ID looks like, or a name in its place, where it is no number. */
	example?: string;
	/** Finds such an ID in a link. */
	textLink?: RegExp;
	/** Paths that links to such records have before the ID: patterns; there are no links when there are none. */
	linkPaths: string[];
	/** What the links may have after the ID; nothing when left out. */
	linkRest?: string;
	/** Where a name in place of the ID is looked for; records that are too many for that have none. */
	source?: Source | ((context: { path?: string }) => Source);
}

/** A card stands in the inbox too. */
const pathPattern = ({ linkPaths, linkRest = '' }: LocatorTarget): string => `/(?:chats/\\d+/)?(?:${linkPaths.join('|')})/(\\d+)${linkRest}/?`;

/** Hosts of accounts, and of one on this machine. n8n's own check cannot know the account: the node compares it. */
const HOSTS = '(?:[\\w-]+\\.(?:amocrm|kommo)\\.(?:com|ru)|localhost|127[.\\d]+|\\[::1\\])(?::\\d+)?';

/** A picker of one record: from a searched list, by ID, or by the link of its card. */
export function recordLocator(target: LocatorTarget) {
	const { noun, listSearchMethod, linkPaths, hasTextIds, textLink, source, example = '7000001' } = target;
	const link = `^\\s*https?://${HOSTS}${pathPattern(target)}(?:[?#].*)?\\s*$`;
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{ displayName: 'From List', name: 'list', type: 'list', placeholder: `Choose ${withArticle(noun)}...`, typeOptions: { searchListMethod: listSearchMethod, searchable: true } },
			{
				displayName: textLink ? 'By UUID or Link' : source ? 'By Name or ID' : 'By ID',
				name: 'id',
				type: 'string',
				placeholder: `e.g. ${example}`,
				...(hasTextIds || source ? {} : { validation: [{ type: 'regex' as const, properties: { regex: '^\\s*\\d*\\s*$', errorMessage: 'An ID is a whole number' } }] }),
			},
			...(linkPaths.length === 0
				? []
				: [
						{
							displayName: 'By URL',
							name: 'url',
							type: 'string' as const,
							placeholder: `e.g. ${exampleLink('https://mycompany.amocrm.ru', linkPaths)}`,
							// What it may be is checked below; here it only has to be found.
							extractValue: { type: 'regex' as const, regex: `/(?:${linkPaths.join('|')})/(\\d+)` },
							validation: [{ type: 'regex' as const, properties: { regex: link, errorMessage: `Not the link of ${withArticle(noun)}` } }],
						},
					]),
		],
	} satisfies Partial<INodeProperties>;
}

/** `a lead`, `an element`. */
export const withArticle = (noun: string) => `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`;

const exampleLink = (accountUrl: string, [path = '']: string[]) =>
	`${accountUrl}/${path.replace('(?:/\\w+)?', '').replace('[a-z]+', 'leads').replace('\\d+', '9001')}/7000001`;

/** The ID of what is named in a picker; nothing for what is an ID or a link, or where names are not known. */
function namedIn(target: LocatorTarget, value: unknown, context: PickContext): number | string | undefined {
	const source = sourceOf(target, context);
	if (!source || !context.choices || typeof value !== 'string' || value.trim() === '' || isId(value, source)) return undefined;
	if (target.linkPaths.length > 0 && isLink(value)) return undefined;
	return idOfName(value, source, context.choices);
}

const sourceOf = ({ source }: LocatorTarget, context: PickContext): Source | undefined => (typeof source === 'function' ? source(context) : source);

/** Names may hold slashes: a link has its host or begins with one. */
const isLink = (text: string): boolean => /^\s*(?:https?:|\/)/i.test(text) || BARE_HOST.test(text.trim());

/** What decides which record is meant, and where the record is that it belongs to. */
export type PickContext = Pick<AccountContext, 'accountUrl' | 'choices'> & { path?: string };

/** The ID in a picker of records whose IDs are texts. Throws a `UserError`. */
export function textIdIn(target: LocatorTarget, value: unknown, context: PickContext): string {
	const { noun } = target;
	const given = unwrapLocator(value);
	const plain = namedIn(target, given, context) ?? given;
	const said = typeof plain === 'string' || Number.isFinite(plain) ? String(plain).trim() : '';
	const text = target.textLink?.exec(said)?.[1] ?? said;
	// It becomes a part of an address.
	if (/^[\w.-]{1,200}$/.test(text) && /\w/.test(text)) return text;
	throw new UserError(`${show(plain ?? '')} is not the ID of ${withArticle(noun)}. Give one of letters, digits and hyphens.`);
}

/**
 * The ID in what such a picker holds: from its list, typed, by name, or in a link, which must lead to a record of this kind
 * in the account of `accountUrl`. Throws a `UserError`.
 */
export function idIn(target: LocatorTarget, value: unknown, context: PickContext): number {
	const { accountUrl } = context;
	const plain = unwrapLocator(value);
	const id = namedIn(target, plain, context);
	if (id !== undefined) return toId(id);
	if (!isAddress(plain)) return toId(plain, ', or the link of the card');
	const linked = linkedId(target, plain, accountUrl);
	if (linked !== undefined) return toId(linked);
	throw new UserError(`${show(plain)} is not the link of ${withArticle(target.noun)}. Such a link looks like ${exampleLink(accountUrl, target.linkPaths)}`);
}

export const isAddress = (value: unknown): value is string => typeof value === 'string' && value.includes('/');

const linkedId = (target: LocatorTarget, link: string, accountUrl: string): string | undefined =>
	new RegExp(`^${pathPattern(target)}$`).exec(pathIn(link, accountUrl))?.[1];

/** Which of several kinds of records a picker's link leads to; nothing for what is no link. Throws a `UserError` for a link of another account. */
export function linkedOne<T extends LocatorTarget>(targets: T[], value: unknown, accountUrl: string): T | undefined {
	const plain = unwrapLocator(value);
	return isAddress(plain) ? targets.find((target) => linkedId(target, plain, accountUrl) !== undefined) : undefined;
}

/** The path that a link leads to in the account of `accountUrl`. Throws a `UserError` for another account, where an ID means another record. */
export function pathIn(link: string, accountUrl: string): string {
	const [given, own] = [urlOf(link, accountUrl), new URL(accountUrl)];
	if (accountOf(given) === accountOf(own)) return given.pathname;
	// Beside each other, the names of accounts say enough.
	const [name = '', ownName = ''] = [given, own].map(({ host }) => host.split('.', 1)[0]);
	const inOneZone = given.host.slice(name.length) === own.host.slice(ownName.length);
	throw new UserError(
		`${show(link)} is a link of the account '${inOneZone ? name : given.host}', but the credential is for '${inOneZone ? ownName : own.host}'. Give a link of that account.`,
	);
}

const BARE_HOST = /^(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?\//i;

/** What a browser would open; a mere path is the account's own. */
function urlOf(link: string, accountUrl: string): URL {
	const text = link.trim();
	try {
		const url = new URL(BARE_HOST.test(text) ? `https://${text}` : text, accountUrl);
		if (/^https?:$/.test(url.protocol)) return url;
	} catch {
		// Nothing that a browser opens either.
	}
	throw new UserError(`${show(link)} is not a link. Copy the address of the card from the browser.`);
}

/** The same text for every address of one account: amocrm.com and kommo.com are two names of it, as are those of this machine. */
function accountOf({ protocol, hostname, port }: URL): string {
	const host = hostname.replace(/\.$/, '');
	if (['localhost', '127.0.0.1', '[::1]'].includes(host)) return `localhost:${port || protocol}`;
	return `${host.replace(/\.amocrm\.com$/, '.kommo.com')}:${port}`;
}

const titleOf = (noun: string) => noun.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** Several records, each with a picker of its own: n8n has no multiple choice for lists of thousands. `more` is said of each beside. */
export function recordList(target: LocatorTarget, more: INodeProperties[] = []) {
	const title = titleOf(target.noun);
	const description = `${titleOf(withArticle(target.noun))}, or an expression that gives one ID or a list of them`;
	return blockList({ displayName: title, name: 'record', values: [{ displayName: title, name: 'recordId', ...recordLocator(target), description }, ...more] });
}

/** Blocks of values that the user adds one by one. */
export function blockList(block: INodePropertyCollection, { sortable, noun = block.displayName }: { sortable?: true; noun?: string } = {}) {
	return {
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, ...(sortable ? { sortable } : {}) },
		placeholder: `Add ${noun}`,
		default: {},
		options: [block],
	} satisfies Partial<INodeProperties>;
}

/** The rows of a list of blocks, or a list or a text with commas as data carry it. */
export const blocksOf = (value: unknown, name: string): unknown[] => (isObject(value) ? [value[name] ?? []].flat() : toList(value));

/** The entries of a `recordList`, of a list or of a text with commas, none of them unwrapped. */
export function recordEntries(value: unknown): unknown[] {
	return recordRows(value).flatMap((row) => toList(pickedIn(row)));
}

/** Whether an expression in it says with an empty list that no record at all is meant; an empty picker says nothing. */
export function meansNoRecord(value: unknown): boolean {
	return [value, ...recordRows(value).map(pickedIn)].map(unwrapLocator).some((row) => Array.isArray(row) && row.length === 0);
}

/** The rows of a `recordList` as they are, or what stands in their place. */
export function recordRows(value: unknown): unknown[] {
	// Without any row it is an empty object.
	if (!isObject(value) || !('record' in value || Object.keys(value).length === 0)) return [value].flat();
	return [value.record ?? []].flat().map((row) => {
		if (row === null) throw new UserError("an entry is null. Give each entry an ID or a link, or leave it out.");
		return row;
	});
}

const pickedIn = (row: unknown): unknown => (isObject(row) && 'recordId' in row ? row.recordId : row);

/** The IDs in any of these forms; throws a `UserError`. */
export function idsIn(target: LocatorTarget, value: unknown, context: PickContext): number[] {
	const source = sourceOf(target, context);
	const entries = source ? recordRows(value).flatMap((row) => entriesOf(pickedIn(row), source, context)) : recordEntries(value);
	return entries.map((entry) => idIn(target, entry, context));
}
