package monitor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
)

// uploadPhotos brings photos to the network and returns their ids there. Nothing
// has been published when it fails.
func (n *x) uploadPhotos(ctx context.Context, a *xAccount, photos []Photo) (ids []string, err error) {
	for _, p := range photos[:min(len(photos), xPhotos)] {
		body, kind, err := xPhotoForm(p)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", err, PhotosRefused{})
		}
		var made struct {
			Data struct {
				ID xString `json:"id"`
			} `json:"data"`
		}
		err = n.sign(ctx, a, xAsk{endpoint: xUpload, method: http.MethodPost, path: "/media/upload", body: body, kind: kind}, &made)
		if err == nil && made.Data.ID == "" {
			err = errors.New("the answer to upload names no photo")
		}
		var refused *xError
		switch {
		case err == nil:
		case errors.As(err, new(Limited)), errors.As(err, new(AuthLost)):
			return nil, err
		case errors.As(err, &refused):
			return nil, fmt.Errorf("%w: %w", refused, PhotosRefused{})
		default:
			return nil, fmt.Errorf("%w: %w", err, Retry{After: xLater})
		}
		ids = append(ids, string(made.Data.ID))
	}
	return ids, nil
}

// xPhotoForm is a photo as the network takes it.
func xPhotoForm(p Photo) (body []byte, kind string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("media_category", "tweet_image"); err != nil {
		return nil, "", err
	}
	part, err := form.CreateFormFile("media", p.Name)
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(p.Data); err != nil {
		return nil, "", err
	}
	if err := form.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), form.FormDataContentType(), nil
}
