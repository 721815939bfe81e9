// The jobs: whole ones, from an image file in memory to base64 text. `options` are crop64's own, which
// each contender puts in its own words; `bounds` say how many times another contender's time crop64 may
// take. A job either crops or resizes.
const middle = { left: 1616, top: 1212, width: 800, height: 600 };
const jpeg = { format: 'jpeg', quality: 85 };
const png = { format: 'png', compressionLevel: 6 };

export const jobs = {
  jpeg: {
    title: 'JPEG 4032 x 3024 -> 800 x 600 from the middle -> JPEG 85',
    picture: '12mp.jpg',
    options: { crop: middle, ...jpeg },
    bounds: { sharp: 1.0 },
  },
  png: {
    title: 'PNG 1080 x 1920 -> 684 x 490 -> PNG',
    picture: '1080x1920.png',
    options: { crop: { left: 340, top: 160, width: 684, height: 490 }, ...png },
    bounds: { sharp: 1.2 },
  },
  'png-12mp': {
    title: 'PNG 4032 x 3024 -> 800 x 600 from the middle -> PNG',
    picture: '12mp.png',
    options: { crop: middle, ...png },
    bounds: { sharp: 1.7 },
  },
  thumbnail: {
    title: 'JPEG 3640 x 2400 -> 800 pixels wide -> JPEG 85',
    picture: '9mp.jpg',
    options: { resize: { width: 800 }, ...jpeg },
    bounds: { Pillow: 1.6 },
  },
};
