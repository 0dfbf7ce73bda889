import type { INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { show, toId, toList, unwrapLocator } from './values';

export interface LocatorTarget {
	/** Lower case, as in "choose a lead". */
	noun: string;
	/** Method of `methods.listSearch` that fills the list. */
	listSearchMethod: string;
	/** Paths that links to such records have before the ID; any card when left out, no links when there are none. */
	linkPaths?: string[];
}

const ANY_CARD = ['[a-z]+/detail', 'api/v4/[a-z]+'];

/** A picker of one record: from a searched list, by ID, or by the link of its card. */
export function recordLocator({ noun, listSearchMethod, linkPaths = ANY_CARD }: LocatorTarget) {
	const link = `^\\s*https?://[^/]+/(?:${linkPaths.join('|')})/(\\d+).*$`;
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Choose ${withArticle(noun)}...`,
				typeOptions: { searchListMethod: listSearchMethod, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 7000001',
				validation: [
					{ type: 'regex', properties: { regex: '^\\s*\\d+\\s*$', errorMessage: 'An ID is a whole number' } },
				],
			},
			...(linkPaths.length === 0
				? []
				: [
						{
							displayName: 'By URL',
							name: 'url',
							type: 'string' as const,
							placeholder: `e.g. ${exampleLink('https://mycompany.amocrm.ru', linkPaths)}`,
							extractValue: { type: 'regex' as const, regex: link },
							validation: [{ type: 'regex' as const, properties: { regex: link, errorMessage: `This is not the link of ${withArticle(noun)}` } }],
						},
					]),
		],
	} satisfies Partial<INodeProperties>;
}

const withArticle = (noun: string) => `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;

const exampleLink = (accountUrl: string, [path = '']: string[]) =>
	`${accountUrl}/${path.replace('[a-z]+', 'leads').replace('\\d+', '9001')}/7000001`;

/**
 * The ID in what such a picker holds: from its list, typed, or in a link, which must lead to a record of this kind in the
 * account of `accountUrl`. Throws a `UserError`.
 */
export function idIn({ noun, linkPaths = ANY_CARD }: LocatorTarget, value: unknown, accountUrl: string): number {
	const plain = unwrapLocator(value);
	if (typeof plain !== 'string' || !plain.includes('/')) return toId(plain, ', or the link of the card');
	assertSameAccount(plain, accountUrl);
	const id = new RegExp(`/(?:${linkPaths.join('|')})/(\\d+)`).exec(plain)?.[1];
	if (id === undefined) {
		throw new UserError(`${show(plain)} is not the link of ${withArticle(noun)}. Such a link looks like ${exampleLink(accountUrl, linkPaths)}`);
	}
	return toId(id);
}

/** An ID means another record in another account. One account may have several zones, so its own name is what counts. */
export function assertSameAccount(link: string, accountUrl: string): void {
	const nameOf = (url: string) => /^\s*https?:\/\/([^./:]+)\./i.exec(url)?.[1]?.toLowerCase();
	const [given, own] = [nameOf(link), nameOf(accountUrl)];
	if (given === undefined || own === undefined || given === own) return;
	throw new UserError(`${show(link)} is a link of the account '${given}', but the credential is for '${own}'. Give a link of that account.`);
}

const titleOf = (noun: string) => noun.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** Several records, each with a picker of its own: n8n has no multiple choice for lists of thousands. */
export function recordList(target: LocatorTarget) {
	const title = titleOf(target.noun);
	return {
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: `Add ${title}`,
		default: {},
		options: [
			{
				displayName: title,
				name: 'record',
				values: [
					{
						displayName: title,
						name: 'recordId',
						...recordLocator(target),
						description: `${titleOf(withArticle(target.noun))}, or an expression that gives one ID or a list of them`,
					},
				],
			},
		],
	} satisfies Partial<INodeProperties>;
}

/** The entries of a `recordList`, of a list or of a text with commas, none of them unwrapped. */
export function recordEntries(value: unknown): unknown[] {
	const rows = Array.isArray(value) ? (value as unknown[]) : isRecordList(value) ? [value.record ?? []].flat().map(({ recordId }) => recordId) : [value];
	return rows.flatMap((row) => toList(row));
}

interface RecordList {
	record?: Array<{ recordId?: unknown }>;
}

/** Without any row it is an empty object. */
const isRecordList = (value: unknown): value is RecordList =>
	typeof value === 'object' && value !== null && ('record' in value || Object.keys(value).length === 0);

/** The IDs in any of these forms; throws a `UserError`. */
export function idsIn(target: LocatorTarget, value: unknown, accountUrl: string): number[] {
	return recordEntries(value).map((entry) => idIn(target, entry, accountUrl));
}
