import type { INodeProperties } from 'n8n-workflow';

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
	const example = (linkPaths[0] ?? '').replace('[a-z]+', 'leads').replace('\\d+', '9001');
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Choose a ${noun}...`,
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
							placeholder: `e.g. https://mycompany.amocrm.ru/${example}/7000001`,
							extractValue: { type: 'regex' as const, regex: link },
							validation: [{ type: 'regex' as const, properties: { regex: link, errorMessage: `This is not the link of a ${noun}` } }],
						},
					]),
		],
	} satisfies Partial<INodeProperties>;
}
