import { UserError } from 'n8n-workflow';

import { type FieldKind, bodyKind } from './fields';
import { labelKey, optionsOf, show, unwrapLocator } from './values';

/** Colors that amoCRM takes, each route in its own form; people write them with and without `#`. */
export interface Palette {
	/** What stands before the six digits where amoCRM wants it. */
	prefix: '#' | '';
	/** The only ones that it takes, by their digits in its own letter case; any when left out. */
	names?: Record<string, string>;
}

/** Core facts 7. */
export const STAGE_COLORS: Palette = {
	prefix: '#',
	names: {
		fffeb2: 'Pale Yellow', fffd7f: 'Light Yellow', fff000: 'Yellow', ffeab2: 'Pale Orange', ffdc7f: 'Light Orange', ffce5a: 'Orange',
		ffdbdb: 'Pale Red', ffc8c8: 'Light Red', ff8f92: 'Red', d6eaff: 'Pale Blue', c1e0ff: 'Light Blue', '98cbff': 'Blue',
		ebffb1: 'Pale Lime', deff81: 'Lime', '87f2c0': 'Mint', f9deff: 'Pale Pink', f3beff: 'Pink', ccc8f9: 'Lavender',
		eb93ff: 'Purple', f2f3f4: 'Pale Gray', e6e8ea: 'Gray',
	},
};

/** Core facts 14.2; tags of leads only. */
export const TAG_COLORS: Palette = {
	prefix: '',
	names: {
		EBEBEB: 'Light Gray', D0D0D0: 'Gray', F2DDF7: 'Pale Purple', D1A4DC: 'Purple', FF8F92: 'Red', FFC8C8: 'Light Red',
		C7DB8C: 'Olive', DDEBB5: 'Light Olive', '8699DA': 'Indigo', AABDFF: 'Light Indigo', FFCE5A: 'Orange', FFE193: 'Light Orange',
		'90CDB0': 'Green', C6F4DE: 'Mint', A9A5D7: 'Lavender', D8D5FF: 'Pale Lavender', '86C0FC': 'Blue', '832161': 'Plum',
		'6A0F49': 'Dark Plum', '0C7C59': 'Dark Green', '10599D': 'Dark Blue', '9D2B32': 'Dark Red', '247BA0': 'Steel Blue',
	},
};

/** A color by its digits or, where amoCRM takes some only, by its name. */
export function color(palette: Palette): FieldKind {
	const { names = {}, prefix } = palette;
	const options = optionsOf(names).map(({ name, value }) => ({ name, value: prefix + value }));
	const property = options.length > 0 ? { type: 'options' as const, options, default: options[0]?.value ?? '' } : { type: 'color' as const, default: '' };
	return bodyKind(property, (value) => colorOf(value, palette));
}

/** The color as the route wants it. Throws a `UserError` that says which there are. */
export function colorOf(value: unknown, { prefix, names }: Palette): string {
	const plain = unwrapLocator(value);
	const text = labelKey(typeof plain === 'string' ? plain : '');
	const [, digits = ''] = /^#?([\da-f]{6})$/.exec(text) ?? [];
	if (!names && digits !== '') return prefix + digits;
	const known = Object.entries(names ?? {}).find(([own, name]) => own.toLowerCase() === digits || labelKey(name) === text)?.[0];
	if (known !== undefined) return prefix + known;
	const choice = names ? `Give one of: ${Object.entries(names).map(([own, name]) => `${name} (${prefix}${own})`).join(', ')}.` : 'Give six hexadecimal digits such as #ae003f.';
	throw new UserError(`${show(plain)} is not a color that amoCRM takes here. ${choice}`);
}
