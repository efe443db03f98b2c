import { useEffect, useRef } from 'react';
import type { RasterImage } from '#/charts/chart';
import type { Geometry } from '#/components/chart-geometry';
import styles from './VegaChart.module.css';

interface RasterLayerProps {
  readonly image: RasterImage;
  readonly geometry: Geometry;
  readonly width: number;
  readonly height: number;
}

/** A picture of binned points under the axes of a view, stretched to where the view's scales put its ranges. */
export function RasterLayer({ image, geometry, width, height }: RasterLayerProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawRaster(context, image, geometry);
  }, [image, geometry, width, height]);
  return <canvas ref={ref} className={styles.raster} aria-hidden="true" />;
}

export function drawRaster(context: CanvasRenderingContext2D, image: RasterImage, geometry: Geometry): void {
  const source = document.createElement('canvas');
  source.width = image.width;
  source.height = image.height;
  source.getContext('2d')?.putImageData(new ImageData(image.pixels, image.width, image.height), 0, 0);
  const left = geometry.xOf(image.xRange[0]);
  const right = geometry.xOf(image.xRange[1]);
  const bottom = geometry.yOf(image.yRange[0]);
  const top = geometry.yOf(image.yRange[1]);
  context.save();
  context.beginPath();
  context.rect(geometry.left, geometry.top, geometry.right - geometry.left, geometry.bottom - geometry.top);
  context.clip();
  // Cells larger than a pixel stay sharp.
  context.imageSmoothingEnabled = right - left < image.width;
  context.drawImage(source, left, top, right - left, bottom - top);
  context.restore();
}
